import { describe, expect, it } from 'vitest'
import { ManualClock, RecordingEventSink, SeededRandom } from '../../../testing/index.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { CircuitBreakerOptions } from './circuit-breaker-options.js'

/** A breaker with all that it stands on; without chance in its breaks unless asked for. */
class Bench {
  readonly clock = new ManualClock()
  readonly events = new RecordingEventSink({ clock: this.clock })
  readonly breaker: CircuitBreaker

  constructor(options: CircuitBreakerOptions = {}, random = new SeededRandom()) {
    const { clock, events } = this
    this.breaker = new CircuitBreaker({ jitter: 0, ...options }, { name: 'writer', clock, random, events })
  }

  get now(): number {
    return this.clock.monotonic()
  }

  /** Makes calls that fail, as far as they are admitted; says how many were. */
  fail(times = 1): number {
    return this.#each(times, (permit) => this.breaker.failed(permit, this.now, this.now))
  }

  succeed(times = 1, ms = 0): number {
    return this.#each(times, (permit) => this.breaker.succeeded(permit, this.now, this.now - ms))
  }

  /** Asks for so many calls at once; gives the permits of those that were admitted. */
  admit(times = 1): number[] {
    return Array.from({ length: times }, () => this.breaker.tryAdmit(this.now)).filter((permit) => permit !== 0)
  }

  refusal(): unknown {
    try {
      this.breaker.admit(this.now)
    } catch (refusal) {
      return refusal
    }
    return undefined
  }

  #each(times: number, end: (permit: number) => void): number {
    let admitted = 0
    for (let call = 0; call < times; call++) {
      const [permit] = this.admit()
      if (permit === undefined) continue
      admitted++
      end(permit)
    }
    return admitted
  }
}

const quick = {
  opensAfter: { consecutive: 3 },
  breakMs: 1_000,
  halfOpen: { permits: 2, maxWaitMs: 500, rampMs: 1_000 },
}

/** One that has just become half-open. */
function halfOpen(options: CircuitBreakerOptions = quick): { bench: Bench; probe: number } {
  const bench = new Bench(options)
  bench.fail(3)
  bench.clock.advance(1_000)
  const [probe = 0] = bench.admit()
  return { bench, probe }
}

/** One that has just closed. */
function ramping(options: CircuitBreakerOptions = quick): Bench {
  const { bench, probe } = halfOpen(options)
  bench.breaker.succeeded(probe, bench.now, bench.now)
  bench.succeed(1)
  return bench
}

describe('an open circuit', () => {
  it('refuses at once, with one and the same failure for each opening', () => {
    const bench = new Bench(quick)
    bench.fail(3)
    const refusal = bench.refusal()
    expect(refusal).toMatchObject({
      code: 'circuit.open',
      retryable: true,
      details: { circuit: 'writer', because: '3 calls in a row failed', until: bench.clock.now() + 1_000 },
    })
    expect(String(refusal)).toContain('The circuit of writer is open: 3 calls in a row failed.')
    bench.clock.advance(999)
    expect(bench.refusal()).toBe(refusal)
    expect(bench.breaker.refusal).toBe(refusal)
    bench.clock.advance(1)
    bench.fail(1)
    expect(bench.refusal()).not.toBe(refusal)
  })

  it('takes longer with each break, up to the longest, as long as there was no recovery', () => {
    const bench = new Bench({ ...quick, growth: 3, maxBreakMs: 20_000 })
    bench.fail(3)
    for (const breakMs of [1_000, 3_000, 9_000, 20_000, 20_000]) {
      bench.clock.advance(breakMs - 1)
      expect(bench.fail(1)).toBe(0)
      bench.clock.advance(1)
      expect(bench.fail(1)).toBe(1)
    }
    const breaks = bench.events.of('circuit.opened').map(({ breakMs }) => breakMs)
    expect(breaks).toEqual([1_000, 3_000, 9_000, 20_000, 20_000, 20_000])
  })

  it('goes on to grow when it opens again before it had recovered, and begins anew after that', () => {
    const early = ramping()
    early.clock.advance(999)
    early.fail(3)
    expect(early.events.of('circuit.opened').at(-1)?.breakMs).toBe(2_000)
    const late = ramping()
    late.clock.advance(1_000)
    late.fail(3)
    expect(late.events.of('circuit.opened').at(-1)?.breakMs).toBe(1_000)
  })

  it('begins anew when the failures that open it were admitted before it had recovered, and reported after', () => {
    const bench = ramping({ ...quick, opensAfter: { consecutive: 2 } })
    const permits = bench.admit(2)
    bench.clock.advance(1_000)
    for (const permit of permits) bench.breaker.failed(permit, bench.now, 0)
    expect(bench.events.of('circuit.opened').map(({ breakMs }) => breakMs)).toEqual([1_000, 1_000])
  })

  it('varies its breaks by chance, by no more than the share allowed and never beyond the longest', () => {
    const breaks = Array.from({ length: 500 }, (_, seed) => {
      const bench = new Bench({ ...quick, jitter: 0.2, maxBreakMs: 1_100 }, new SeededRandom(seed))
      bench.fail(3)
      return bench.events.of('circuit.opened')[0]?.breakMs ?? 0
    })
    expect(Math.min(...breaks)).toBeGreaterThanOrEqual(800)
    expect(Math.min(...breaks)).toBeLessThan(820)
    expect(Math.max(...breaks)).toBe(1_100)
    expect(new Set(breaks).size).toBeGreaterThan(300)
  })

  it('does not mind a wall clock that is set back or forward', () => {
    const bench = new Bench(quick)
    bench.fail(3)
    bench.clock.setWall(0)
    bench.clock.advance(999)
    expect(bench.admit()).toEqual([])
    bench.clock.setWall(Date.UTC(2040, 0, 1))
    expect(bench.admit()).toEqual([])
    bench.clock.advance(1)
    expect(bench.admit()).toHaveLength(1)
  })

  it('sets no timer', () => {
    const bench = ramping()
    bench.fail(3)
    expect(bench.clock.pending).toBe(0)
  })

  it('drops what is reported from before', () => {
    const bench = new Bench(quick)
    const [early = 0] = bench.admit()
    bench.fail(3)
    const count = bench.events.events.length
    bench.breaker.failed(early, bench.now, 0)
    bench.breaker.succeeded(early, bench.now, 0)
    bench.breaker.answered(early, bench.now, 0)
    bench.breaker.released(early)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.events.length).toBe(count)
  })
})
