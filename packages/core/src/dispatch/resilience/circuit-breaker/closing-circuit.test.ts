import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../ports/index.js'
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

describe('a circuit that has just closed', () => {
  it('lets no burst through: of 499 only as many as may try it, and then a growing share', () => {
    const shares = [0, 250, 500, 750, 1_000].map((ms) => {
      const bench = ramping()
      bench.clock.advance(ms)
      return bench.admit(499).length
    })
    expect(shares[0]).toBe(2)
    for (const [place, share] of [0.25, 0.5, 0.75].entries()) {
      expect(shares[place + 1]).toBeGreaterThan(499 * (share - 0.08))
      expect(shares[place + 1]).toBeLessThan(499 * (share + 0.08))
    }
    expect(shares[4]).toBe(499)
  })

  it('always lets as many at once as may try it, whatever becomes of them', () => {
    const bench = ramping()
    expect(bench.succeed(100)).toBe(100)
    const [one = 0, two = 0] = bench.admit(10)
    expect(bench.refusal()).toMatchObject({
      code: 'circuit.open',
      details: { because: 'it has just closed, and lets only a growing share of the calls through' },
    })
    bench.breaker.released(one)
    bench.breaker.answered(two, bench.now, bench.now)
    expect(bench.admit(10)).toHaveLength(2)
    expect(bench.breaker.state).toBe('closed')
  })

  it('has forgotten what it counted before', () => {
    const bench = ramping()
    bench.fail(2)
    expect(bench.breaker.state).toBe('closed')
  })

  it('lets all through at once where there is no ramp', () => {
    const bench = ramping({ ...quick, halfOpen: { permits: 2, rampMs: 0 } })
    expect(bench.admit(499)).toHaveLength(499)
  })
})

describe('a circuit by hand', () => {
  it('is isolated from any state until it is reset', () => {
    for (const bench of [new Bench(quick), ramping(), halfOpen().bench]) {
      bench.breaker.isolate()
      bench.breaker.isolate()
      bench.clock.advance(1_000_000)
      const refusal = bench.refusal()
      expect(isFailure(refusal, 'circuit.isolated')).toBe(true)
      expect(bench.refusal()).toBe(refusal)
      expect(bench.breaker.state).toBe('isolated')
      expect(bench.events.of('circuit.isolated')).toHaveLength(1)
      bench.breaker.reset()
      expect(bench.breaker.state).toBe('closed')
      expect(bench.admit(100)).toHaveLength(100)
    }
  })

  it('is reset from any state, and forgets all', () => {
    const bench = new Bench(quick)
    bench.fail(2)
    bench.breaker.reset()
    expect(bench.events.of('circuit.closed')).toHaveLength(0)
    bench.fail(2)
    expect(bench.breaker.state).toBe('closed')
    bench.fail(1)
    bench.breaker.reset()
    expect(bench.events.of('circuit.closed')).toHaveLength(1)
    bench.fail(3)
    expect(bench.events.of('circuit.opened').at(-1)?.breakMs).toBe(1_000)
  })

  it('may be isolated or reset by who is told of a change', () => {
    const reset = new Bench(quick)
    reset.events.on('circuit.half_opened', () => reset.breaker.reset())
    reset.fail(3)
    reset.clock.advance(1_000)
    expect(reset.admit(10)).toHaveLength(10)
    const isolated = new Bench(quick)
    isolated.events.on('circuit.half_opened', () => isolated.breaker.isolate())
    isolated.fail(3)
    isolated.clock.advance(1_000)
    expect(isolated.refusal()).toMatchObject({ code: 'circuit.isolated' })
  })

  it('tells nothing where nobody listens', () => {
    const clock = new ManualClock()
    const emit = () => expect.fail('told')
    const events = { observed: false, emit }
    const breaker = new CircuitBreaker(quick, { name: 'writer', clock, random: new SeededRandom(), events })
    for (let call = 0; call < 3; call++) breaker.failed(breaker.admit(0), 0, 0)
    clock.advance(5_000)
    breaker.admit(clock.monotonic())
    breaker.isolate()
    breaker.reset()
    expect(breaker.state).toBe('closed')
  })

  it('goes by its key where it has one', () => {
    const bench = new Bench({ ...quick, key: 'openai' })
    bench.fail(3)
    expect(bench.refusal()).toMatchObject({ details: { circuit: 'openai' } })
  })
})
