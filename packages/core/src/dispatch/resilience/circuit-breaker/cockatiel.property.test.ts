import { CircuitState, ConsecutiveBreaker, CountBreaker, SamplingBreaker } from 'cockatiel'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { OpensAfter } from './opens-after.js'

interface Theirs {
  success(state: CircuitState): void
  failure(state: CircuitState): boolean
}

interface Call {
  readonly fails: boolean
  readonly afterMs: number
}

/** Which call opens ours and which opens theirs; -1 where none does. */
function openedBy(opensAfter: OpensAfter, theirs: Theirs, calls: readonly Call[]): { ours: number; theirs: number } {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({ opensAfter }, { name: 'writer', clock, random: new SeededRandom() })
  const opened = { ours: -1, theirs: -1 }
  for (const [index, { fails, afterMs }] of calls.entries()) {
    clock.advance(afterMs)
    vi.setSystemTime(clock.now())
    if (opened.ours < 0) {
      const now = clock.monotonic()
      const permit = breaker.admit(now)
      if (fails) breaker.failed(permit, now, now)
      else breaker.succeeded(permit, now, now)
      if (breaker.state === 'open') opened.ours = index
    }
    if (opened.theirs >= 0) continue
    if (!fails) theirs.success(CircuitState.Closed)
    else if (theirs.failure(CircuitState.Closed)) opened.theirs = index
  }
  return opened
}

function callsOf(afterMs: fc.Arbitrary<number>): fc.Arbitrary<Call[]> {
  const fails = fc
    .constantFrom(0.2, 0.5, 0.8)
    .chain((share) => fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x < share))
  return fc.array(fc.record({ fails, afterMs }), { minLength: 30, maxLength: 120 })
}

/** A share that no number of calls makes exactly: theirs opens above it, ours from it on. */
const share = fc.integer({ min: 100, max: 900 }).map((part) => part / 1_009)

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('a circuit breaker opens by the same call as one of cockatiel', () => {
  it('that counts failures in a row', () => {
    let opened = 0
    fc.assert(
      fc.property(callsOf(fc.nat(1_000)), fc.integer({ min: 1, max: 8 }), (calls, consecutive) => {
        const { ours, theirs } = openedBy({ consecutive }, new ConsecutiveBreaker(consecutive), calls)
        expect(ours).toBe(theirs)
        if (ours >= 0) opened++
      }),
      { numRuns: 1_000 },
    )
    expect(opened).toBeGreaterThan(100)
  })

  it('that counts the last calls', () => {
    let opened = 0
    fc.assert(
      fc.property(
        callsOf(fc.nat(1_000)),
        share,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (calls, rate, ofLast, some) => {
          const minimum = 1 + (some % ofLast)
          const counting = new CountBreaker({ threshold: rate, size: ofLast, minimumNumberOfCalls: minimum })
          const { ours, theirs } = openedBy({ rate, ofLast, minimum }, counting, calls)
          expect(ours).toBe(theirs)
          if (ours >= 0) opened++
        },
      ),
      { numRuns: 1_000 },
    )
    expect(opened).toBeGreaterThan(100)
  })

  it('that counts calls within a time, as long as none of them grows old', () => {
    let opened = 0
    fc.assert(
      fc.property(callsOf(fc.nat(60)), share, (calls, rate) => {
        const sampling = new SamplingBreaker({ threshold: rate, duration: 10_000, minimumRps: 2 })
        const { ours, theirs } = openedBy({ rate, withinMs: 10_000, minimum: 20 }, sampling, calls)
        expect(ours).toBe(theirs)
        if (ours >= 0) opened++
      }),
      { numRuns: 1_000 },
    )
    expect(opened).toBeGreaterThan(100)
  })
})

describe('a circuit breaker, unlike one of cockatiel', () => {
  it('counts no failure that is older than its time', () => {
    const old = Array.from({ length: 19 }, () => ({ fails: true, afterMs: 0 }))
    const sampling = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 })
    const calls = [...old, { fails: true, afterMs: 60_000 }]
    expect(openedBy({ rate: 0.5, withinMs: 10_000, minimum: 20 }, sampling, calls)).toEqual({ ours: -1, theirs: 19 })
  })
})
