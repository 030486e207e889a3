import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, bind, type CallContext, clock, createOrchestrator, type Interceptor, operation } from '../index.js'
import { ManualClock } from '../testing/index.js'

const passing: Interceptor = { name: 'passing', intercept: (message, _call, next) => next(message) }

async function setUp(interceptors: readonly Interceptor[]) {
  const time = new ManualClock()
  const calls: CallContext[] = []
  const waiter = agent('waiter', {
    wait: operation({
      input: z.any(),
      output: z.any(),
      run: (_, call) => {
        calls.push(call)
        return new Promise<never>(() => {})
      },
    }),
  })
  const clerk = agent('clerk', {
    outer: operation({
      input: z.any(),
      output: z.any(),
      run: (_, call) => {
        calls.push(call)
        return call.ask(waiter.wait, 1)
      },
    }),
    quick: operation({ input: z.any(), output: z.any(), run: async (_, call) => calls.push(call) }),
    hasty: operation({
      input: z.any(),
      output: z.any(),
      run: async (_, { ask }) => {
        // A call that nobody waits for; its end is looked at so that it is no unhandled rejection.
        ask(waiter.wait, 1).catch(() => {})
        return 'done'
      },
    }),
  })
  const orchestrator = await createOrchestrator({ agents: [clerk, waiter], ports: [bind(clock, time)], interceptors })
  return { time, calls, clerk, waiter, orchestrator }
}

const settled = (work: Promise<unknown>) => work.then(String, (error: unknown) => error)

describe.each([
  ['without interceptors', []],
  ['with an interceptor', [passing]],
])('the signal of a call %s', (_, interceptors) => {
  it('is one and the same, however often it is read', async () => {
    const { orchestrator, waiter, calls } = await setUp(interceptors)
    const stop = new AbortController()
    const asked = settled(orchestrator.ask(waiter.wait, 1, { signal: stop.signal }))
    const [call = expect.unreachable()] = calls
    expect(call.signal).toBeInstanceOf(AbortSignal)
    expect(call.signal).toBe(call.signal)
    stop.abort()
    await asked
  })

  it('is not the one that the caller gave', async () => {
    const { orchestrator, waiter, calls } = await setUp(interceptors)
    const stop = new AbortController()
    const asked = settled(orchestrator.ask(waiter.wait, 1, { signal: stop.signal }))
    expect(calls[0]?.signal).not.toBe(stop.signal)
    stop.abort()
    await asked
  })

  it.each(['before', 'after'])('has the caller’s reason when it is first read %s the caller cancels', async (when) => {
    const { orchestrator, waiter, calls } = await setUp(interceptors)
    const stop = new AbortController()
    const reason = new Error('the user left')
    const asked = settled(orchestrator.ask(waiter.wait, 1, { signal: stop.signal }))
    const early = when === 'before' ? calls[0]?.signal : undefined
    stop.abort(reason)
    expect((early ?? calls[0]?.signal)?.reason).toBe(reason)
    expect(await asked).toMatchObject({ code: 'call.cancelled', cause: reason })
  })

  it.each(['before', 'after'])('has the time-out as its reason when it is first read %s it', async (when) => {
    const { orchestrator, waiter, calls, time } = await setUp(interceptors)
    const asked = settled(orchestrator.ask(waiter.wait, 1, { timeoutMs: 10 }))
    const early = when === 'before' ? calls[0]?.signal : undefined
    time.advance(10)
    const signal = early ?? calls[0]?.signal
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toBe(await asked)
    expect(signal?.reason).toMatchObject({ code: 'call.timed_out' })
  })

  it('is told of by its abort event, once', async () => {
    const { orchestrator, waiter, calls, time } = await setUp(interceptors)
    const told: string[] = []
    const asked = settled(orchestrator.ask(waiter.wait, 1, { timeoutMs: 10 }))
    calls[0]?.signal.addEventListener('abort', ({ type }) => void told.push(type))
    time.advance(10)
    time.advance(100)
    await asked
    expect(told).toEqual(['abort'])
  })

  it('aborts in inner calls too, with the same reason', async () => {
    const { orchestrator, clerk, calls } = await setUp(interceptors)
    const stop = new AbortController()
    const asked = settled(orchestrator.ask(clerk.outer, 1, { signal: stop.signal }))
    const reason = { why: 'changed my mind' }
    await Promise.resolve()
    const [outer, inner] = calls
    stop.abort(reason)
    expect([outer?.signal.reason, inner?.signal.reason]).toEqual([reason, reason])
    expect(await asked).toMatchObject({ code: 'call.cancelled', cause: reason })
  })

  it('aborts in an inner call that nobody waited for when the outer one is over', async () => {
    const { orchestrator, clerk, calls } = await setUp(interceptors)
    expect(await orchestrator.ask(clerk.hasty, 1)).toBe('done')
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(calls[0]?.signal.reason).toMatchObject({ code: 'dispatch.parent_over' })
  })

  it('aborts when the orchestrator closes and will not wait longer', async () => {
    const { orchestrator, clerk, calls, time } = await setUp(interceptors)
    const asked = settled(orchestrator.ask(clerk.outer, 1))
    await Promise.resolve()
    const closing = orchestrator.close({ drainMs: 50 })
    time.advance(49)
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([false, false])
    time.advance(1)
    await closing
    for (const { signal } of calls) expect(signal.reason).toMatchObject({ code: 'dispatch.abandoned' })
    expect(await asked).toMatchObject({ code: 'call.cancelled', cause: { code: 'dispatch.abandoned' } })
  })

  it('does not abort when the call ends by itself', async () => {
    const { orchestrator, clerk, calls, time } = await setUp(interceptors)
    await orchestrator.ask(clerk.quick, 1)
    time.advance(1_000_000)
    expect(calls[0]?.signal.aborted).toBe(false)
  })
})
