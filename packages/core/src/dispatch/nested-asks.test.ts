import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AgentMessage,
  bind,
  type CallContext,
  clock,
  createMessage,
  createOrchestrator,
  operation,
  type RequestOptions,
} from '../index.js'
import { ManualClock } from '../testing/index.js'

type AskOptions = Parameters<CallContext['ask']>[2]

async function setUp() {
  const time = new ManualClock()
  const seen: CallContext[] = []
  const inner = agent('inner', {
    work: operation({ input: z.any(), output: z.any(), run: (input, call) => (seen.push(call), input) }),
    wait: operation({
      input: z.any(),
      output: z.any(),
      run: (_, call) => {
        seen.push(call)
        return new Promise<never>(() => {})
      },
    }),
  })
  const outer = agent('outer', {
    work: operation({
      input: z.any(),
      output: z.any(),
      run: (options: AskOptions, call) => {
        seen.push(call)
        return call.ask(inner.work, 'in', options)
      },
    }),
    wait: operation({
      input: z.any(),
      output: z.any(),
      run: (options: AskOptions, call) => {
        seen.push(call)
        return call.ask(inner.wait, 'in', options).catch((error: unknown) => ({ caught: error }))
      },
    }),
  })
  const orchestrator = await createOrchestrator({ agents: [outer, inner], ports: [bind(clock, time)] })
  return { time, seen, outer, inner, orchestrator }
}

async function messagesOf(options: RequestOptions, inner: AskOptions = {}): Promise<[AgentMessage, AgentMessage]> {
  const { orchestrator, outer, seen } = await setUp()
  await orchestrator.ask(outer.work, inner, options)
  return [seen[0]?.message as AgentMessage, seen[1]?.message as AgentMessage]
}

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('an inner call', () => {
  it('is correlated with the outer one, caused by it, sent by its agent, and one deeper', async () => {
    const [outer, inner] = await messagesOf({})
    expect(inner).toMatchObject({
      correlationId: outer.id,
      causationId: outer.id,
      sender: 'outer',
      receiver: { agent: 'inner' },
      operation: 'work',
      payload: 'in',
      depth: 1,
      attempt: 1,
    })
    expect(inner.id).not.toBe(outer.id)
  })

  it('is of the outer one’s tenant, session, priority, context and trace', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const own = { tenant: 'acme', session: 's1', priority: 'critical', context: { a: 1 }, traceparent } as const
    const [, inner] = await messagesOf(own)
    expect(inner).toMatchObject(own)
  })

  it('is of the outer one’s run, step and budget', async () => {
    const { orchestrator, seen } = await setUp()
    const own = { runId: 'r1', step: 'draft', budget: { calls: 3 }, depth: 4, correlationId: 'c0' }
    const init = { sender: 'me', receiver: { agent: 'outer' }, operation: 'work', payload: {}, ...own }
    await orchestrator.send(createMessage(init, { newId: () => 'm1', now: () => 0 }))
    // The outer one is one of the three calls.
    expect(seen[1]?.message).toMatchObject({ ...own, budget: { calls: 2 }, depth: 5, causationId: 'm1' })
  })

  it('cannot be given another tenant or session by the agent', async () => {
    const [, inner] = await messagesOf({ tenant: 'acme', session: 's1' }, { tenant: 'evil', session: 's2' } as never)
    expect(inner).toMatchObject({ tenant: 'acme', session: 's1' })
  })

  it('has what is left of the outer one’s time, or less', async () => {
    const { orchestrator, outer, seen, time } = await setUp()
    await orchestrator.ask(outer.work, {}, { timeoutMs: 500 })
    await orchestrator.ask(outer.work, { timeoutMs: 900 }, { timeoutMs: 500 })
    await orchestrator.ask(outer.work, { timeoutMs: 200 }, { timeoutMs: 500 })
    await orchestrator.ask(outer.work, {}, { timeoutMs: Number.POSITIVE_INFINITY })
    const left = [1, 3, 5, 7].map((index) => seen[index]?.remainingMs())
    expect(left).toEqual([500, 500, 200, 60_000])
    expect(seen[5]?.message.deadline).toBe(time.now() + 200)
  })

  it('times out on its own, and the outer one may go on', async () => {
    const { orchestrator, outer, time } = await setUp()
    const asked = orchestrator.ask(outer.wait, { timeoutMs: 10 }, { timeoutMs: 500 })
    time.advance(10)
    expect(await asked).toEqual({ caught: code('call.timed_out') })
  })

  it('may be cancelled by the agent, and the outer one may go on', async () => {
    const { orchestrator, outer } = await setUp()
    const stop = new AbortController()
    const asked = orchestrator.ask(outer.wait, { signal: stop.signal })
    stop.abort('not needed')
    expect(await asked).toEqual({ caught: expect.objectContaining({ code: 'call.cancelled', cause: 'not needed' }) })
  })

  it.each([0, Number.NaN, 'x'])(
    'cannot have a timeout of %j, which its agent is told by a rejection',
    async (timeoutMs) => {
      const { orchestrator, outer } = await setUp()
      expect(await orchestrator.ask(outer.wait, { timeoutMs })).toEqual({ caught: code('dispatch.invalid_timeout') })
    },
  )

  it('is refused with the reason when it is given a signal that has aborted', async () => {
    const { orchestrator, outer, seen } = await setUp()
    const asked = orchestrator.ask(outer.wait, { signal: AbortSignal.abort('no') })
    expect(await asked).toEqual({ caught: expect.objectContaining({ code: 'call.cancelled', cause: 'no' }) })
    expect(seen).toHaveLength(1)
  })

  it('cannot be begun when the outer one is over', async () => {
    const { orchestrator, outer, inner, seen } = await setUp()
    await orchestrator.ask(outer.work, {})
    const late = seen[0]?.ask(inner.work, 1)
    await expect(late).rejects.toEqual(code('call.cancelled'))
    await expect(late).rejects.toThrow('which it was part of, is over')
    expect(seen).toHaveLength(2)
  })

  it('may be begun while the orchestrator waits for the outer one to end', async () => {
    const { orchestrator, inner, seen, time } = await setUp()
    const asked = orchestrator.ask(inner.wait, 1)
    const closing = orchestrator.close({ drainMs: 50 })
    expect(await seen[0]?.ask(inner.work, 'still')).toBe('still')
    await expect(orchestrator.ask(inner.work, 'new')).rejects.toEqual(code('dispatch.closed'))
    time.advance(50)
    await expect(asked).rejects.toEqual(code('call.cancelled'))
    await closing
  })
})
