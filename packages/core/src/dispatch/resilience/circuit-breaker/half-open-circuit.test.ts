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

describe('a half-open circuit', () => {
  it('lets so many try at once, and refuses the rest at once', () => {
    const { bench } = halfOpen()
    expect(bench.breaker.state).toBe('half-open')
    expect(bench.admit(1_000)).toHaveLength(1)
    expect(bench.refusal()).toMatchObject({ code: 'circuit.open', details: { because: 'a few calls are trying it' } })
    expect(bench.refusal()).toBe(bench.refusal())
    expect(bench.events.of('circuit.half_opened')).toHaveLength(1)
  })

  it('closes when as many went well', () => {
    const { bench, probe } = halfOpen()
    bench.breaker.succeeded(probe, bench.now, bench.now)
    expect(bench.breaker.state).toBe('half-open')
    // One more is needed, so one more is let try.
    const permits = bench.admit(10)
    expect(permits).toHaveLength(1)
    bench.breaker.answered(permits[0] ?? 0, bench.now, bench.now)
    expect(bench.breaker.state).toBe('closed')
    expect(bench.events.of('circuit.closed')).toEqual([expect.objectContaining({ circuit: 'writer' })])
  })

  it('opens again at the first failure, for longer', () => {
    const { bench, probe } = halfOpen()
    const [other = 0] = bench.admit()
    bench.breaker.failed(probe, bench.now, bench.now)
    expect(bench.breaker.state).toBe('open')
    bench.breaker.succeeded(other, bench.now, bench.now)
    expect(bench.events.of('circuit.opened').at(-1)).toMatchObject({
      because: 'a call that tried it failed again',
      breakMs: 2_000,
    })
  })

  it('opens again when one that tries it is slow', () => {
    const { bench, probe } = halfOpen({ ...quick, slow: { overMs: 100, rate: 1 } })
    bench.clock.advance(101)
    bench.breaker.succeeded(probe, bench.now, bench.now - 101)
    expect(bench.breaker.state).toBe('open')
    expect(bench.events.of('circuit.opened').at(-1)?.because).toBe('a call that tried it was slow again')
  })

  it('is not opened by a failure from before it opened', () => {
    const bench = new Bench(quick)
    const [early = 0] = bench.admit()
    bench.fail(3)
    bench.clock.advance(1_000)
    const [probe = 0] = bench.admit()
    bench.breaker.failed(early, bench.now, 0)
    expect(bench.breaker.state).toBe('half-open')
    // Nor does it free a permit.
    bench.breaker.released(early)
    expect(bench.admit(10)).toHaveLength(1)
    bench.breaker.succeeded(probe, bench.now, bench.now)
    expect(bench.breaker.state).toBe('half-open')
  })

  it('gives the permit of one that was cancelled to another', () => {
    const { bench, probe } = halfOpen()
    bench.admit()
    expect(bench.admit()).toEqual([])
    bench.breaker.released(probe)
    expect(bench.breaker.state).toBe('half-open')
    expect(bench.admit(10)).toHaveLength(1)
  })

  it('opens again when those that try it hang, and lets nobody wait for them', () => {
    const { bench, probe } = halfOpen()
    bench.admit()
    bench.clock.advance(499)
    expect(bench.refusal()).toMatchObject({ details: { because: 'a few calls are trying it' } })
    bench.clock.advance(1)
    expect(bench.refusal()).toMatchObject({ details: { because: 'no call that tried it ended within 500 ms' } })
    expect(bench.events.of('circuit.opened').at(-1)?.breakMs).toBe(2_000)
    // Should they end after all, they are of another time.
    bench.breaker.succeeded(probe, bench.now, 0)
    expect(bench.breaker.state).toBe('open')
    bench.clock.advance(2_000)
    expect(bench.admit(10)).toHaveLength(2)
  })

  it('counts that wait from the last one that ended, and not while none tries', () => {
    const { bench, probe } = halfOpen()
    bench.clock.advance(499)
    const [second = 0] = bench.admit()
    bench.breaker.succeeded(probe, bench.now, 0)
    bench.clock.advance(499)
    expect(bench.refusal()).toMatchObject({ details: { because: 'a few calls are trying it' } })
    bench.breaker.released(second)
    bench.clock.advance(10_000)
    expect(bench.admit(10)).toHaveLength(1)
    expect(bench.breaker.state).toBe('half-open')
  })
})
