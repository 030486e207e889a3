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

describe('a closed circuit', () => {
  it('opens after so many failures in a row', () => {
    const bench = new Bench(quick)
    bench.fail(2)
    bench.succeed(1)
    bench.fail(2)
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.of('circuit.opened')).toEqual([
      expect.objectContaining({ circuit: 'writer', because: '3 calls in a row failed', breakMs: 1_000 }),
    ])
  })

  it('opens after so many failures of the last calls', () => {
    const bench = new Bench({ opensAfter: { failures: 3, ofLast: 5 } })
    bench.fail(2)
    bench.succeed(4)
    bench.fail(2)
    // The first of the two failures of before is out of view; the second is too.
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.of('circuit.opened')[0]?.because).toBe('3 of the last 5 calls failed')
  })

  it('opens when such a share of the last calls failed, from the minimum on', () => {
    const bench = new Bench({ opensAfter: { rate: 0.28, ofLast: 100, minimum: 25 } })
    bench.fail(6)
    bench.succeed(18)
    expect(bench.breaker.state).toBe('closed')
    // 7 of 25 are a share of 0.28 exactly, though 0.28 times 25 is more than 7.
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.of('circuit.opened')[0]?.because).toBe('7 of 25 of the last 100 calls failed')
  })

  it('opens by default when half of at least 20 calls within 30 s failed', () => {
    const bench = new Bench()
    bench.succeed(10)
    bench.fail(9)
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.of('circuit.opened')[0]).toMatchObject({
      because: '10 of 20 calls within 30000 ms failed',
      breakMs: 30_000,
    })
  })

  it('opens after so many failures within a time, and counts none that is older', () => {
    const bench = new Bench({ opensAfter: { failures: 3, withinMs: 1_000 } })
    bench.clock.advance(99)
    bench.fail(2)
    bench.clock.advance(901)
    bench.fail(1)
    expect(bench.breaker.state).toBe('closed')
    bench.clock.advance(899)
    bench.fail(2)
    expect(bench.breaker.state).toBe('open')
  })

  it('has in view at least nine tenths of the time', () => {
    const bench = new Bench({ opensAfter: { failures: 2, withinMs: 1_000 } })
    bench.clock.advance(99)
    bench.fail(1)
    bench.clock.advance(900)
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
  })

  it('counts neither who was cancelled nor whose request was at fault', () => {
    const bench = new Bench(quick)
    bench.fail(2)
    for (let call = 0; call < 100; call++) bench.breaker.released(bench.breaker.admit(bench.now))
    for (let call = 0; call < 100; call++) bench.breaker.answered(bench.breaker.admit(bench.now), bench.now, bench.now)
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
  })

  it('is not opened by a call that was well', () => {
    const bench = new Bench({ opensAfter: { rate: 0.5, ofLast: 10, minimum: 4 } })
    bench.fail(3)
    bench.succeed(1)
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    expect(bench.breaker.state).toBe('open')
  })

  it.each([
    ['in a row', { consecutive: 5 } as const, 20],
    ['of the last calls', { rate: 0.9, ofLast: 30, minimum: 7 } as const, 7],
    ['within a time', { failures: 50, withinMs: 1_000 } as const, 20],
  ])('opens when too many are slow, where failures are counted %s', (_, opensAfter, minimum) => {
    const bench = new Bench({ opensAfter, slow: { overMs: 100, rate: 0.5 } })
    bench.succeed(minimum - 1, 101)
    expect(bench.breaker.state).toBe('closed')
    bench.succeed(1, 100)
    expect(bench.breaker.state).toBe('closed')
    bench.succeed(1, 101)
    expect(bench.breaker.state).toBe('open')
    const because = `${minimum} of ${minimum + 1} calls took longer than 100 ms`
    expect(bench.events.of('circuit.opened')[0]?.because).toBe(because)
  })

  it('looks at no time where none is measured', () => {
    for (const opensAfter of [{ consecutive: 3 }, { failures: 3, ofLast: 5 }] as const) {
      const bench = new Bench({ ...quick, opensAfter })
      const { breaker } = bench
      expect(breaker.measuresTime).toBe(false)
      bench.clock.advance(500)
      for (let call = 0; call < 3; call++) breaker.failed(breaker.admit(Number.NaN), Number.NaN, Number.NaN)
      expect(breaker.state).toBe('open')
      bench.clock.advance(999)
      expect(breaker.tryAdmit(Number.NaN)).toBe(0)
      bench.clock.advance(1)
      for (const permit of [breaker.admit(Number.NaN), breaker.admit(Number.NaN)]) {
        breaker.succeeded(permit, Number.NaN, Number.NaN)
      }
      expect(breaker.state).toBe('closed')
    }
    expect(new Bench().breaker.measuresTime).toBe(true)
    expect(new Bench({ ...quick, slow: { overMs: 1, rate: 1 } }).breaker.measuresTime).toBe(true)
  })

  it('takes the time of its clock, not a stale one, where none is measured', () => {
    const bench = new Bench(quick)
    const permits = bench.admit(3)
    bench.clock.advance(5_000)
    for (const permit of permits) bench.breaker.failed(permit, 0, 0)
    bench.clock.advance(999)
    expect(bench.admit()).toEqual([])
  })
})
