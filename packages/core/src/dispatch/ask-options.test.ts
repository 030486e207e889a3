import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  type CallContext,
  clock,
  createOrchestrator,
  isFailure,
  type Operation,
  operation,
} from '../index.js'
import { ManualClock } from '../testing/index.js'

async function setUp(settings?: { agentTimeoutMs: number }) {
  const time = new ManualClock()
  const calls: CallContext[] = []
  const clerk = agent('clerk', {
    wait: operation({
      input: z.any(),
      output: z.any(),
      run: (_, call) => {
        calls.push(call)
        return new Promise<never>(() => {})
      },
    }),
    look: operation({
      input: z.any(),
      output: z.any(),
      run: (_, call) => {
        calls.push(call)
        return 'seen'
      },
    }),
  })
  const orchestrator = await createOrchestrator({
    agents: [clerk],
    ports: [bind(clock, time)],
    ...(settings && { settings: { dispatch: settings } }),
  })
  return { time, calls, clerk, orchestrator }
}

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('timeoutMs', () => {
  it.each([0, -1, Number.NaN, 'x', '5', null, {}, true, Number.NEGATIVE_INFINITY])(
    'cannot be %j: the call is refused, not thrown, and its agent never learns of it',
    async (timeoutMs) => {
      const { orchestrator, clerk, calls } = await setUp()
      const asked = orchestrator.ask(clerk.look, 1, { timeoutMs: timeoutMs as never })
      await expect(asked).rejects.toEqual(code('dispatch.invalid_timeout'))
      await expect(asked).rejects.toThrow('Give timeoutMs as a number of milliseconds above 0')
      expect(calls).toEqual([])
    },
  )

  it('is the setting agentTimeoutMs unless given', async () => {
    const { orchestrator, clerk, calls, time } = await setUp({ agentTimeoutMs: 200 })
    const asked = orchestrator.ask(clerk.wait, 1)
    expect(calls[0]?.remainingMs()).toBe(200)
    time.advance(199)
    expect(calls[0]?.remainingMs()).toBe(1)
    time.advance(1)
    await expect(asked).rejects.toEqual(code('call.timed_out'))
  })

  it('may be longer than the setting, and shorter', async () => {
    const { orchestrator, clerk, calls, time } = await setUp({ agentTimeoutMs: 200 })
    const [short, long] = [
      orchestrator.ask(clerk.wait, 1, { timeoutMs: 10 }),
      orchestrator.ask(clerk.wait, 1, { timeoutMs: 900 }),
    ]
    expect(calls.map((call) => call.remainingMs())).toEqual([10, 900])
    time.advance(10)
    await expect(short).rejects.toThrow('clerk.wait did not answer within 10 ms')
    time.advance(890)
    await expect(long).rejects.toThrow('clerk.wait did not answer within 900 ms')
  })

  it('may be Infinity: then there is no deadline, and no timer', async () => {
    const { orchestrator, clerk, calls, time } = await setUp()
    const stop = new AbortController()
    const asked = orchestrator.ask(clerk.wait, 1, { timeoutMs: Number.POSITIVE_INFINITY, signal: stop.signal })
    expect(calls[0]?.remainingMs()).toBe(Number.POSITIVE_INFINITY)
    expect(time.pending).toBe(0)
    stop.abort()
    await expect(asked).rejects.toEqual(code('call.cancelled'))
  })

  it('of Infinity makes no message that cannot be sent on', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    await orchestrator.ask(clerk.look, 1, { timeoutMs: Number.POSITIVE_INFINITY })
    expect(calls[0]?.message.deadline).toBeUndefined()
  })

  it('stands in the message as a deadline on the wall clock', async () => {
    const { orchestrator, clerk, calls, time } = await setUp()
    await orchestrator.ask(clerk.look, 1, { timeoutMs: 500 })
    expect(calls[0]?.message).toMatchObject({ createdAt: time.now(), deadline: time.now() + 500 })
  })

  it('is measured on a clock that is never set: the wall clock may jump meanwhile', async () => {
    const { orchestrator, clerk, calls, time } = await setUp()
    const asked = orchestrator.ask(clerk.wait, 1, { timeoutMs: 500 })
    time.setWall(0)
    time.advance(499)
    expect(calls[0]?.remainingMs()).toBe(1)
    time.advance(1)
    await expect(asked).rejects.toEqual(code('call.timed_out'))
    expect(calls[0]?.remainingMs()).toBe(0)
  })
})

describe('signal', () => {
  it('that has aborted already refuses the call with its reason, before the agent learns of it', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    const reason = new Error('the user left')
    const asked = orchestrator.ask(clerk.look, 1, { signal: AbortSignal.abort(reason) })
    await expect(asked).rejects.toMatchObject({ code: 'call.cancelled', cause: reason })
    await expect(asked).rejects.toThrow('The call of clerk.look was cancelled: the user left.')
    expect(calls).toEqual([])
  })

  it('that aborts later ends the call at once, with its reason', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    const stop = new AbortController()
    const asked = orchestrator.ask(clerk.wait, 1, { signal: stop.signal })
    stop.abort('enough')
    await expect(asked).rejects.toMatchObject({ code: 'call.cancelled', cause: 'enough', retryable: false })
    expect(calls[0]?.signal.reason).toBe('enough')
  })

  it('that aborts when the call is over changes nothing, and is not listened to any more', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    const stop = new AbortController()
    expect(await orchestrator.ask(clerk.look, 1, { signal: stop.signal })).toBe('seen')
    stop.abort()
    expect(calls[0]?.signal.aborted).toBe(false)
  })

  it('is listened to while the call is under way, and not after', async () => {
    const { orchestrator, clerk, time } = await setUp()
    const { signal } = new AbortController()
    const asked = orchestrator.ask(clerk.wait, 1, { signal, timeoutMs: 5 }).catch(() => 'ended')
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    time.advance(5)
    expect(await asked).toBe('ended')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('that aborts while the agent’s code runs up to its first await ends the call too', async () => {
    const stop = new AbortController()
    const time = new ManualClock()
    const clerk = agent('clerk', {
      wait: operation({
        input: z.any(),
        output: z.any(),
        run: () => {
          stop.abort('enough')
          return new Promise<never>(() => {})
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [clerk], ports: [bind(clock, time)] })
    const asked = orchestrator.ask(clerk.wait, 1, { signal: stop.signal, timeoutMs: 5 })
    time.advance(5)
    await expect(asked).rejects.toEqual(code('call.cancelled'))
  })
})

describe('what is said about a request', () => {
  it('stands in its message, and nothing else does', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const said = { tenant: 'acme', session: 's1', idempotencyKey: 'k', priority: 'high', traceparent } as const
    await orchestrator.ask(clerk.look, { a: 1 }, { ...said, context: { locale: 'de' } })
    const message = calls[0]?.message
    expect(message).toMatchObject({ ...said, context: { locale: 'de' } })
    expect(message).toMatchObject({
      type: 'request',
      sender: 'host',
      receiver: { agent: 'clerk' },
      operation: 'look',
      payload: { a: 1 },
      attempt: 1,
      depth: 0,
      correlationId: message?.id,
    })
    for (const absent of ['causationId', 'replyTo', 'runId', 'step', 'expiresAt', 'budget', 'signature'] as const) {
      expect(message?.[absent]).toBeUndefined()
    }
  })

  it('may be anything by the name of an identifier, be it `__proto__` or a path', async () => {
    const { orchestrator, clerk, calls } = await setUp()
    await orchestrator.ask(clerk.look, 1, { tenant: '__proto__', session: 'a/b:c' })
    expect(calls[0]).toMatchObject({ tenant: '__proto__', session: { id: 'a/b:c' } })
  })

  it.each(['tenant', 'session', 'idempotencyKey'])(
    'is refused, not thrown, when its %s is no identifier',
    async (name) => {
      const { orchestrator, clerk, calls } = await setUp()
      for (const value of ['', 'a\0', '\udc00', 'x'.repeat(513), 5, null, {}]) {
        const asked = orchestrator.ask(clerk.look, 1, { [name]: value as never })
        await expect(asked).rejects.toEqual(code('identifier.invalid'))
      }
      expect(calls).toEqual([])
    },
  )

  it.each([
    ['priority', 'urgent'],
    ['traceparent', 'none'],
  ])('is refused when its %s is %s, which no message may have', async (name, value) => {
    const { orchestrator, clerk } = await setUp()
    await expect(orchestrator.ask(clerk.look, 1, { [name]: value })).rejects.toEqual(code('message.invalid'))
  })
})

describe('what is asked for', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'this is no operation'],
    ['null', null, 'this is no operation'],
    ['a function', () => {}, 'this is no operation'],
    ['an object', {}, 'this is no operation'],
    [
      'an operation that no agent took in',
      operation({ input: z.any(), output: z.any(), run: () => 1 }),
      'this operation was not taken in by an agent',
    ],
  ])('cannot be %s: it is refused, not thrown', async (_, asked, because) => {
    const { orchestrator } = await setUp()
    const refused = orchestrator.ask(asked as Operation<unknown>, 1)
    await expect(refused).rejects.toThrow(`This cannot be asked for: ${because}.`)
    await expect(refused).rejects.toSatisfy((error) => isFailure(error, 'dispatch.not_an_operation'))
  })

  it('cannot be of an agent that is not here: those that are here are named', async () => {
    const { orchestrator } = await setUp()
    const other = agent('other', { look: operation({ input: z.any(), output: z.any(), run: () => 1 }) })
    await expect(orchestrator.ask(other.look, 1)).rejects.toEqual(code('dispatch.unknown_agent'))
    await expect(orchestrator.ask(other.look, 1)).rejects.toThrow('There is no agent other here; ')
  })

  it('cannot be an operation that the agent here does not have: those that it has are named', async () => {
    const { orchestrator } = await setUp()
    const other = agent('clerk', { sort: operation({ input: z.any(), output: z.any(), run: () => 1 }) })
    await expect(orchestrator.ask(other.sort, 1)).rejects.toEqual(code('agent.unknown_operation'))
    await expect(orchestrator.ask(other.sort, 1)).rejects.toThrow('no operation sort; it has wait, look')
  })
})
