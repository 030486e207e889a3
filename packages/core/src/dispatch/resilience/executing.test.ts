import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { isExhausted, isFailure } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { scriptedWork } from '../../testing/doubles/scripted-work.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import { circuitBreaker } from './circuit-breaker/circuit-breaker-layer.js'
import type { Layer } from './plan.js'
import { policy, type PolicyOptions } from './policy.js'
import { rateLimit } from './rate-limit/rate-limit-layer.js'
import { retry } from './retry/retry.js'
import { deadline, timeout } from './timeout.js'

let clock: ManualClock
beforeEach(() => {
  clock = new ManualClock()
})
const start = (...parts: readonly (Layer | PolicyOptions)[]) =>
  policy(...parts).start({ name: 'p', clock, random: new SeededRandom() })
const passing = (more = {}) => Object.assign(new Error('reset'), { code: 'ECONNRESET', ...more })
const never = () => new Promise<never>(() => {})
/** Lets time pass in steps, so that what each step sets going goes on. */
async function pass(ms: number, step = ms): Promise<void> {
  await someTurns()
  for (let left = ms; left > 0; left -= step) {
    clock.advance(Math.min(step, left))
    await someTurns()
  }
}
const outcome = (work: Promise<unknown>) =>
  work.then(
    (value) => ['ok', value],
    (error: unknown) => ['failed', error],
  )
const codeOf = (error: unknown) => (isFailure(error) ? error.code : String(error))

describe('a retry', () => {
  it('tries again what may succeed later, as often as it may, and marks what it gives up on', async () => {
    const work = scriptedWork(() => Promise.reject(passing()))
    const ended = outcome(start(retry({ attempts: 3, baseMs: 10, jitter: 'none' })).execute(work))
    await pass(9)
    expect(work.calls).toBe(1)
    await pass(1)
    expect(work.calls).toBe(2)
    await pass(20)
    const [, error] = await ended
    expect([work.calls, isExhausted(error)]).toEqual([3, true])
  })

  it('does not try again what is wrong with the request, and does not mark it', async () => {
    const work = scriptedWork(() => Promise.reject(Object.assign(new Error('bad'), { status: 400 })))
    const [, error] = await outcome(start(retry()).execute(work))
    expect([work.calls, isExhausted(error)]).toEqual([1, false])
  })

  it('is not begun by an abort during the wait', async () => {
    const stop = new AbortController()
    const work = scriptedWork(() => Promise.reject(passing()))
    const ended = outcome(start(retry({ baseMs: 100, jitter: 'none' })).execute(work, stop.signal))
    await pass(50)
    const reason = new Error('enough')
    stop.abort(reason)
    const [, error] = await ended
    expect([codeOf(error), (error as Error).cause]).toEqual(['policy.cancelled', reason])
    await pass(10_000)
    expect([work.calls, clock.pending, getEventListeners(stop.signal, 'abort').length]).toEqual([1, 0, 0])
  })

  const headers: readonly [string, object][] = [
    ['seconds in a header', { headers: { 'retry-after': '2' } }],
    ['a date in a header', { headers: { 'retry-after': new Date(Date.UTC(2026, 0, 1) + 2_000).toUTCString() } }],
    ['Headers of a response', { response: { headers: new Headers({ 'Retry-After': '2' }) } }],
    ['milliseconds in a header', { headers: { 'retry-after-ms': '2000' } }],
    ['retryAfterMs', { retryAfterMs: 2_000 }],
  ]
  it.each(headers)('obeys %s, and never comes earlier', async (_, told) => {
    const work = scriptedWork(
      () => Promise.reject(passing({ status: 429, code: undefined, ...told })),
      () => Promise.resolve(1),
    )
    const ended = outcome(start(retry({ baseMs: 1 })).execute(work))
    await pass(1_999)
    expect(work.calls).toBe(1)
    await pass(2)
    expect(await ended).toEqual(['ok', 1])
  })

  it('does not wait for what would come after the deadline, or later than it lets itself be told', async () => {
    const work = scriptedWork(() => Promise.reject(passing({ retryAfterMs: 5_000 })))
    for (const live of [start(deadline({ ms: 5_000 }), retry()), start(retry({ maxRetryAfterMs: 4_999 }))]) {
      work.calls = 0
      const [, error] = await outcome(live.execute(work))
      expect([work.calls, codeOf(error)]).toEqual([1, 'Error: reset'])
    }
  })

  it('leaves to the innermost policy what that has given up on, unless told to', async () => {
    for (const [evenIfExhausted, expected] of [
      [false, 3],
      [true, 9],
    ] as const) {
      const work = scriptedWork(() => Promise.reject(passing()))
      const inner = start(retry({ attempts: 3, baseMs: 0, budget: false }))
      const outer = start(retry({ attempts: 3, baseMs: 0, budget: false, evenIfExhausted }))
      const ended = outcome(outer.execute(() => inner.execute(work)))
      await pass(20, 1)
      await ended
      expect(work.calls).toBe(expected)
    }
  })

  it('tries anew when the same error is thrown again by other work', async () => {
    const error = passing()
    const live = start(retry({ attempts: 2, baseMs: 0 }))
    for (const expected of [2, 4]) {
      const work = scriptedWork(() => Promise.reject(error))
      work.calls = expected - 2
      const ended = outcome(live.execute(work))
      await pass(2, 1)
      await ended
      expect(work.calls).toBe(expected)
    }
  })

  it('adds a tenth to the load when everything fails, and not a multiple', async () => {
    const live = start(retry({ attempts: 4, baseMs: 1 }))
    const work = scriptedWork(() => Promise.reject(passing()))
    const all = Array.from({ length: 1_000 }, () => outcome(live.execute(work)))
    await pass(100, 1)
    await Promise.all(all)
    expect(work.calls).toBeLessThanOrEqual(1_200)
    expect(work.calls).toBeGreaterThan(1_000)
  })
})

describe('the endings', () => {
  it('are told apart: cancelled, too late, refused, failed', async () => {
    const stop = new AbortController()
    const cancelled = outcome(start().execute(never, stop.signal))
    stop.abort()
    const tryTooLate = outcome(start(timeout({ ms: 5 })).execute(never))
    const allTooLate = outcome(start(deadline({ ms: 5 })).execute(never))
    const slots = start(bulkhead({ limit: 1 }))
    void slots.execute(never).catch(() => {})
    const refused = outcome(slots.execute(never))
    const limited = start(rateLimit({ requests: { limit: 1, perMs: 1_000 } }))
    void limited.execute(never).catch(() => {})
    const tooOften = outcome(limited.execute(never))
    const failed = outcome(start().execute(() => Promise.reject(new Error('boom'))))
    await pass(5)
    const endings = await Promise.all([cancelled, tryTooLate, allTooLate, refused, tooOften, failed])
    expect(endings.map(([, error]) => codeOf(error))).toEqual([
      'policy.cancelled',
      'policy.try_timed_out',
      'policy.deadline_exceeded',
      'bulkhead.full',
      'rate.limited',
      'Error: boom',
    ])
  })

  it('of a caller that leaves is not taken for a timeout, and does not speak against the other side', async () => {
    const live = start(circuitBreaker({ opensAfter: { consecutive: 1 } }), timeout({ ms: 100 }))
    const stop = new AbortController()
    const work = scriptedWork(never)
    const ended = outcome(live.execute(work, stop.signal))
    stop.abort('changed my mind')
    expect(codeOf((await ended)[1])).toBe('policy.cancelled')
    expect(work.signals.map(({ aborted, reason }) => [aborted, reason as unknown])).toEqual([[true, 'changed my mind']])
    await pass(100)
    expect(live.circuit?.state).toBe('closed')
  })

  it('that come late are dropped, and a late try cannot end a later one', async () => {
    const late = Promise.withResolvers<string>()
    const work = scriptedWork(
      () => late.promise,
      () => Promise.resolve('second'),
    )
    const live = start(retry({ baseMs: 0 }), bulkhead({ limit: 1 }), timeout({ ms: 5 }))
    const ended = outcome(live.execute(work))
    await pass(6, 1)
    expect(await ended).toEqual(['ok', 'second'])
    late.reject(new Error('too late'))
    await someTurns()
    expect([live.layers.bulkhead?.inFlight, work.signals.map(({ aborted }) => aborted)]).toEqual([0, [true, false]])
  })

  it('of work that was cancelled before are not waited for: it is not begun', async () => {
    const work = scriptedWork(() => Promise.resolve(1))
    const [, error] = await outcome(start(retry()).execute(work, AbortSignal.abort('no')))
    expect([work.calls, codeOf(error)]).toEqual([0, 'policy.cancelled'])
  })

  it('of one function are its own, whatever else the policy executes', async () => {
    const live = start(retry(), circuitBreaker(), timeout({ ms: 10 }))
    const all = Array.from({ length: 100 }, (_, index) => live.execute(async () => index))
    expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  it('may be values, foreign promises, or thrown at once', async () => {
    const live = start(retry({ attempts: 1 }), timeout({ ms: 10 }))
    // oxlint-disable-next-line unicorn/no-thenable -- a promise of another library
    const thenable = { then: (done: (value: string) => void) => done('foreign') } as unknown as Promise<string>
    expect(await live.execute(() => 'value')).toBe('value')
    expect(await live.execute(() => thenable)).toBe('foreign')
    const thrown = live.execute(() => {
      throw new Error('at once')
    })
    await expect(thrown).rejects.toThrow('at once')
    await pass(10)
    expect(clock.pending).toBe(0)
  })
})

describe('a refusal', () => {
  it('is not retried, and nothing is called', async () => {
    const live = start(retry({ attempts: 5, baseMs: 0 }), circuitBreaker({ opensAfter: { consecutive: 1 } }))
    live.circuit?.isolate()
    const work = scriptedWork(() => Promise.resolve(1))
    const [, error] = await outcome(live.execute(work))
    expect([work.calls, codeOf(error), isExhausted(error)]).toEqual([0, 'circuit.isolated', true])
  })
})
