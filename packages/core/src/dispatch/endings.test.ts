import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  type CallContext,
  clock,
  createOrchestrator,
  Failure,
  type Interceptor,
  isFailure,
  type LifecycleEvent,
  operation,
} from '../index.js'
import { ManualClock } from '../testing/index.js'

const passing: Interceptor = { name: 'passing', intercept: (message, _call, next) => next(message) }
const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})

/** Lets everything happen that can without time: Node tells of unhandled rejections after each turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => void setImmediate(resolve))
}

async function setUp(interceptors: readonly Interceptor[]) {
  const time = new ManualClock()
  const events: LifecycleEvent[] = []
  const calls: { context: CallContext; answer: PromiseWithResolvers<unknown> }[] = []
  const inner = agent('inner', {
    wait: operation({
      input: z.any(),
      output: z.any(),
      run: (_, context) => {
        const answer = Promise.withResolvers<unknown>()
        calls.push({ context, answer })
        return answer.promise
      },
    }),
  })
  const clerk = agent('clerk', {
    hasty: operation({
      input: z.any(),
      output: z.any(),
      run: async (_, { ask }) => {
        ask(inner.wait, 1).catch((error: unknown) => events.push(error as never))
        return 'done'
      },
    }),
    throws: operation({
      input: z.any(),
      output: z.any(),
      run: (error) => {
        throw error
      },
    }),
    rejects: operation({ input: z.any(), output: z.any(), run: (error) => Promise.reject(error) }),
  })
  const orchestrator = await createOrchestrator({
    agents: [clerk, inner],
    ports: [bind(clock, time)],
    interceptors,
    settings: { resilience: { maxRetries: 0 } },
  })
  orchestrator.on('call.finished', (event) => void events.push(event))
  return { time, calls, inner, clerk, orchestrator, events }
}

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

describe.each([
  ['without interceptors', []],
  ['with an interceptor', [passing]],
])('a call %s', (_, interceptors) => {
  it('ends in one of four codes: cancelled, timed out, refused by a closing orchestrator, or failed', async () => {
    const { orchestrator, inner, clerk, time } = await setUp(interceptors)
    const stop = new AbortController()
    const cancelled = settled(orchestrator.ask(inner.wait, 1, { signal: stop.signal }))
    stop.abort()
    const late = settled(orchestrator.ask(inner.wait, 1, { timeoutMs: 5 }))
    time.advance(5)
    const failed = settled(orchestrator.ask(clerk.throws, new Error('boom')))
    const ended = await Promise.all([cancelled, late, failed])
    await orchestrator.close()
    ended.push(await settled(orchestrator.ask(inner.wait, 1)))
    expect(ended.map((failure) => isFailure(failure) && [failure.code, failure.retryable])).toEqual([
      ['call.cancelled', false],
      ['call.timed_out', true],
      ['agent.failed', false],
      ['dispatch.closed', false],
    ])
  })

  it.each(['throws', 'rejects'] as const)('passes a failure that the agent’s code %s on as it is', async (how) => {
    const { orchestrator, clerk } = await setUp(interceptors)
    const failure = new Failure({ code: 'own.trouble', message: 'm', remedy: '', retryable: true, details: { a: 1 } })
    expect(await settled(orchestrator.ask(clerk[how], failure))).toBe(failure)
  })

  it.each<[unknown, string]>([
    [new TypeError('boom'), 'TypeError: boom'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ code: 5 }, 'an object'],
    [404, '404'],
  ])('that fails with %o is a failure with that as its cause', async (thrown, shown) => {
    const { orchestrator, clerk } = await setUp(interceptors)
    for (const how of ['throws', 'rejects'] as const) {
      const failure = (await settled(orchestrator.ask(clerk[how], thrown))) as Failure
      expect(failure).toMatchObject({ code: 'agent.failed', message: `clerk.${how} failed: ${shown}. See the cause.` })
      expect(failure.cause).toBe(thrown)
      expect(failure).toBeInstanceOf(Error)
    }
  })

  it.each([
    [Object.assign(new Error('busy'), { code: 'ECONNRESET' }), true],
    [Object.assign(new Error('busy'), { status: 503 }), true],
    [Object.assign(new Error('no'), { status: 404 }), false],
    [new TypeError('a bug'), false],
  ])('that fails with %o is worth a retry if that is: %s', async (thrown, retryable) => {
    const { orchestrator, clerk } = await setUp(interceptors)
    expect(await settled(orchestrator.ask(clerk.throws, thrown))).toMatchObject({ code: 'agent.failed', retryable })
  })

  it('drops the answer of an agent that comes too late', async () => {
    const { orchestrator, inner, time, calls, events } = await setUp(interceptors)
    const asked = settled(orchestrator.ask(inner.wait, 1, { timeoutMs: 5 }))
    time.advance(5)
    calls[0]?.answer.resolve('late')
    await turns()
    expect(await asked).toMatchObject({ code: 'call.timed_out' })
    expect(events).toHaveLength(1)
  })

  it('drops what an agent throws when nobody waits any more', async () => {
    const { orchestrator, inner, time, calls, events } = await setUp(interceptors)
    const asked = settled(orchestrator.ask(inner.wait, 1, { timeoutMs: 5 }))
    time.advance(5)
    calls[0]?.answer.reject(new Error('late'))
    await turns()
    expect(await asked).toMatchObject({ code: 'call.timed_out' })
    expect(events).toHaveLength(1)
    expect(unhandled).toEqual([])
  })

  it('stops the inner calls that it did not wait for; their late answers and errors are dropped', async () => {
    const { orchestrator, clerk, calls, events } = await setUp(interceptors)
    expect(await orchestrator.ask(clerk.hasty, 1)).toBe('done')
    await turns()
    expect(events).toContainEqual(expect.objectContaining({ code: 'call.cancelled' }))
    for (const { answer } of calls) answer.reject(new Error('late'))
    await turns()
    expect(unhandled).toEqual([])
  })

  it('is told of once as finished, with how it ended and how long it took', async () => {
    const { orchestrator, inner, clerk, time, calls, events } = await setUp(interceptors)
    const stop = new AbortController()
    const work = [
      orchestrator.ask(inner.wait, 'answered'),
      orchestrator.ask(inner.wait, 'cancelled', { signal: stop.signal }),
      orchestrator.ask(inner.wait, 'late', { timeoutMs: 20 }),
    ].map(settled)
    await turns()
    time.advance(10)
    calls[0]?.answer.resolve('answer')
    await turns()
    stop.abort()
    time.advance(10)
    await Promise.all([...work, settled(orchestrator.ask(clerk.throws, 'thrown'))])
    const told = events.map((event) => {
      const { message, outcome, ms, failure } = event as LifecycleEvent<'call.finished'>
      return [message.payload, outcome, ms, (failure as Failure | undefined)?.code]
    })
    expect(told).toEqual([
      ['answered', 'succeeded', 10, undefined],
      ['cancelled', 'cancelled', 10, 'call.cancelled'],
      ['late', 'failed', 20, 'call.timed_out'],
      ['thrown', 'failed', 0, 'agent.failed'],
    ])
  })

  it('leaves no timer behind', async () => {
    const { orchestrator, inner, time } = await setUp(interceptors)
    const stop = new AbortController()
    const asked = settled(orchestrator.ask(inner.wait, 1, { signal: stop.signal }))
    stop.abort()
    await asked
    await orchestrator.close()
    expect(time.pending).toBe(0)
  })
})

// Node ends a process for an unhandled rejection. The agent's code forgot an await, which must not end its host.
it('an inner call that is stopped because nobody waited for it is no unhandled rejection', async () => {
  const others = process.listeners('unhandledRejection').filter((listener) => listener !== note)
  for (const listener of others) process.off('unhandledRejection', listener)
  try {
    const { inner } = await setUp([])
    const forgetful = agent('forgetful', {
      work: operation({
        input: z.any(),
        output: z.any(),
        run: async (_, { ask }) => {
          void ask(inner.wait, 1)
          return 'done'
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [forgetful, inner] })
    await orchestrator.ask(forgetful.work, 1)
    await turns()
    expect(unhandled).toEqual([])
  } finally {
    for (const listener of others) process.on('unhandledRejection', listener)
  }
})
