import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AgentMessage,
  bind,
  clock,
  createMessage,
  createOrchestrator,
  decodeMessage,
  encodeMessage,
  Failure,
  isFailure,
  type MessageInit,
  operation,
} from '../index.js'
import { ManualClock } from '../testing/index.js'

const time = new ManualClock()
const stamp = { newId: () => 'm1', now: () => time.now() }

const clerk = agent('clerk', {
  count: operation({
    input: z.object({ text: z.string(), times: z.number().default(1) }),
    output: z.object({ length: z.number() }),
    run: ({ text, times }) => ({ length: text.length * times }),
  }),
  date: operation({ input: z.any(), output: z.any(), run: () => new Map([['at', new Date(0)]]) }),
  fail: operation({
    input: z.any(),
    output: z.any(),
    run: () => {
      throw new Failure({ code: 'own.trouble', message: 'm', remedy: '', retryable: true, details: { a: 1 } })
    },
  }),
  wait: operation({ input: z.any(), output: z.any(), run: () => new Promise<never>(() => {}) }),
  instance: operation({ input: z.any(), output: z.any(), run: () => new (class Account {})() }),
})
const settings = { resilience: { maxRetries: 0 } }
const create = () => createOrchestrator({ agents: [clerk], ports: [bind(clock, time)], settings })

function message(init: Partial<MessageInit> = {}): AgentMessage {
  const base = { sender: 'me', receiver: { agent: 'clerk' }, operation: 'count', payload: { text: 'otter' } }
  return createMessage({ ...base, ...init }, stamp)
}

describe('send', () => {
  it('resolves with the answer: to the sender, correlated, caused by the message', async () => {
    await using orchestrator = await create()
    const sent = message({ correlationId: 'c1', session: 's1', tenant: 'acme', idempotencyKey: 'k' })
    const answer = await orchestrator.send(sent)
    expect(answer).toMatchObject({
      type: 'response',
      payload: { length: 5 },
      sender: 'clerk',
      receiver: { agent: 'me' },
      operation: 'count',
      correlationId: 'c1',
      causationId: 'm1',
      session: 's1',
      tenant: 'acme',
      idempotencyKey: 'k',
    })
    expect(answer.id).not.toBe('m1')
  })

  it('leaves the message as it was', async () => {
    await using orchestrator = await create()
    const sent = message({ payload: Object.freeze({ text: 'a', more: 1 }) })
    const before = structuredClone(sent)
    await orchestrator.send(Object.freeze(sent))
    expect(sent).toEqual(before)
  })

  it('answers to the reply address where there is one', async () => {
    await using orchestrator = await create()
    expect((await orchestrator.send(message({ replyTo: 'secretary' }))).receiver).toEqual({ agent: 'secretary' })
  })

  it.each<[string, Partial<MessageInit>, string]>([
    ['the agent fails', { operation: 'fail' }, 'own.trouble'],
    ['the input is wrong', { payload: {} }, 'agent.invalid_input'],
    ['there is no such operation', { operation: 'sort' }, 'agent.unknown_operation'],
    ['there is no such agent', { receiver: { agent: 'nobody' } }, 'dispatch.unknown_agent'],
    ['it is for an unknown group', { receiver: { group: 'clerks' } }, 'dispatch.unknown_group'],
    ['it is for everyone', { receiver: { everyone: true } }, 'dispatch.no_single_receiver'],
    ['its deadline has passed', { deadline: stamp.now() }, 'call.timed_out'],
  ])('resolves with an answer of type error when %s', async (_, init, code) => {
    await using orchestrator = await create()
    const answer = await orchestrator.send(message({ correlationId: 'c1', ...init }))
    expect(answer).toMatchObject({ type: 'error', correlationId: 'c1', causationId: 'm1', receiver: { agent: 'me' } })
    expect(answer.payload).toSatisfy((payload) => isFailure(payload, code))
  })

  it('holds the message’s deadline, and the setting where that is sooner', async () => {
    await using orchestrator = await create()
    const soon = orchestrator.send(message({ operation: 'wait', deadline: time.now() + 10 }))
    const far = orchestrator.send(message({ operation: 'wait', deadline: time.now() + 1e9 }))
    await Promise.resolve()
    time.advance(10)
    expect((await soon).payload).toMatchObject({ code: 'call.timed_out' })
    time.advance(60_000)
    expect((await far).payload).toMatchObject({ code: 'call.timed_out' })
  })

  it('is cancelled by its signal', async () => {
    await using orchestrator = await create()
    const stop = new AbortController()
    const sent = orchestrator.send(message({ operation: 'wait' }), { signal: stop.signal })
    stop.abort('enough')
    expect((await sent).payload).toMatchObject({ code: 'call.cancelled', cause: 'enough' })
  })

  it('answers with dispatch.closed when the orchestrator is closed', async () => {
    const orchestrator = await create()
    await orchestrator.close()
    expect((await orchestrator.send(message())).payload).toMatchObject({ code: 'dispatch.closed' })
  })

  it.each<[string, object, string]>([
    ['an id that is none', { id: '' }, 'identifier.invalid'],
    ['an unknown type', { type: 'order' }, 'message.invalid'],
    ['no receiver', { receiver: undefined }, 'message.invalid'],
    ['a deadline that is no time', { deadline: Number.NaN }, 'message.invalid'],
    ['an attempt of 0', { attempt: 0 }, 'message.invalid'],
  ])('rejects for %s: nobody could be answered', async (_, wrong, code) => {
    await using orchestrator = await create()
    await expect(orchestrator.send({ ...message(), ...wrong } as never)).rejects.toMatchObject({ code })
  })

  it('refuses a message that has expired', async () => {
    await using orchestrator = await create()
    expect((await orchestrator.send(message({ expiresAt: time.now() - 1 }))).type).toBe('error')
  })
})

describe('receive', () => {
  it('takes a message in as text or as bytes, and resolves with the answer as text', async () => {
    await using orchestrator = await create()
    const text = encodeMessage(message())
    for (const given of [text, new TextEncoder().encode(text)]) {
      const answer = decodeMessage(await orchestrator.receive(given))
      expect(answer).toMatchObject({ type: 'response', payload: { length: 5 }, causationId: 'm1' })
    }
  })

  it('carries what JSON cannot', async () => {
    await using orchestrator = await create()
    const answer = decodeMessage(await orchestrator.receive(encodeMessage(message({ operation: 'date' }))))
    expect(answer.payload).toEqual(new Map([['at', new Date(0)]]))
  })

  it('resolves with an answer of type error, whose payload is a failure again', async () => {
    await using orchestrator = await create()
    const answer = decodeMessage(await orchestrator.receive(encodeMessage(message({ operation: 'fail' }))))
    expect(answer.type).toBe('error')
    expect(answer.payload).toMatchObject({ code: 'own.trouble', retryable: true, details: { a: 1 } })
    expect(answer.payload).toSatisfy((payload) => isFailure(payload))
  })

  const own = JSON.parse(encodeMessage(message())) as object
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', '{"v":1'],
    ['JSON of something else', '[1,2,3]'],
    ['null', 'null'],
    ['another version', JSON.stringify({ ...own, v: 2 })],
    ['a missing member', JSON.stringify({ ...own, operation: undefined })],
    ['a member of another kind', JSON.stringify({ ...own, attempt: '1' })],
    ['an identifier that is none', JSON.stringify({ ...own, tenant: '' })],
    ['a receiver of its own making', JSON.stringify({ ...own, receiver: { agent: 'clerk', group: 'clerks' } })],
    ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['what is nested too deep', `{"v":1,"payload":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['what is too large', JSON.stringify({ ...own, payload: 'x'.repeat(1_100_000) })],
    [
      'too many keys',
      JSON.stringify({ ...own, payload: Object.fromEntries(Array.from({ length: 10_001 }, (_, k) => [k, 1])) }),
    ],
    ['bytes that are none', 5 as never],
  ])('rejects %s with a failure, and asks no agent', async (_, text) => {
    await using orchestrator = await create()
    const started: unknown[] = []
    orchestrator.on('call.started', (event) => void started.push(event))
    await expect(orchestrator.receive(text)).rejects.toSatisfy((error) => isFailure(error))
    expect(started).toEqual([])
  })

  it('keeps members with dangerous names apart: no prototype is changed by them', async () => {
    await using orchestrator = await create()
    const payload = '{"text":"otter","__proto__":{"times":7},"constructor":{"prototype":{"times":8}}}'
    const text = JSON.stringify(own).replace('{"text":"otter"}', payload)
    expect(text).toContain('__proto__')
    expect(decodeMessage(await orchestrator.receive(text)).payload).toEqual({ length: 5 })
    expect(({} as { times?: number }).times).toBeUndefined()
  })

  it('holds the limits that the settings say', async () => {
    const settings = { messages: { maxBytes: 100 } }
    await using orchestrator = await createOrchestrator({ agents: [clerk], settings })
    await expect(orchestrator.receive(encodeMessage(message()))).rejects.toMatchObject({ code: 'wire.too_large' })
  })

  // What asks is outside and untrusted: it is told what went wrong, not where in the host's code.
  it('answers a failure without stack traces', async () => {
    await using orchestrator = await create()
    expect(await orchestrator.receive(encodeMessage(message({ operation: 'fail' })))).not.toContain(
      import.meta.filename,
    )
  })

  it('answers with an error when the agent’s output cannot be written', async () => {
    await using orchestrator = await create()
    const answer = decodeMessage(await orchestrator.receive(encodeMessage(message({ operation: 'instance' }))))
    expect(answer.type).toBe('error')
  })
})
