import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../testing/index.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { CircuitBreakerOptions } from './circuit-breaker-options.js'
import type { OpensAfter } from './opens-after.js'

type How = 'succeeded' | 'failed' | 'answered' | 'released'

interface Call {
  readonly permit: number
  readonly startedAt: number
  /** How often the naive breaker had changed its state when it was admitted. */
  readonly era: number
}

interface Outcome {
  readonly at: number
  readonly failed: boolean
  readonly slow: boolean
}

const breakMs = 100
const maxBreakMs = 900
const permits = 2
const maxWaitMs = 60
const rampMs = 80
const slow = { overMs: 15, rate: 0.5, minimum: 3 }

/** A breaker as one would write it who need not be quick: it keeps all outcomes, and counts them anew each time. */
class NaiveBreaker {
  state: 'closed' | 'ramp' | 'open' | 'half-open' | 'isolated' = 'closed'
  era = 0
  outcomes: Outcome[] = []
  breaks = 0
  until = 0
  underWay = 0
  good = 0
  silentSince = 0
  viewsWell = true
  readonly opensAfter: OpensAfter
  readonly hasSlow: boolean

  constructor(opensAfter: OpensAfter, hasSlow: boolean) {
    this.opensAfter = opensAfter
    this.hasSlow = hasSlow
  }

  admit(now: number, chance: number): boolean {
    if (this.state === 'open' && now >= this.until) this.#enter('half-open')
    if (this.state === 'ramp' && now >= this.until) {
      this.state = 'closed'
      this.breaks = 0
    }
    if (this.state === 'half-open') {
      if (this.underWay > 0 && now - this.silentSince >= maxWaitMs) {
        this.#open(now, chance)
        return false
      }
      if (this.underWay === 0) this.silentSince = now
      if (this.underWay + this.good === permits) return false
    } else if (this.state === 'ramp') {
      const share = (now - (this.until - rampMs)) / rampMs
      if (this.underWay >= permits && chance >= share) return false
    } else if (this.state !== 'closed') {
      return false
    }
    this.underWay++
    return true
  }

  end(call: Call, how: How, now: number, chance: number): void {
    if (call.era !== this.era) return
    this.underWay--
    const isSlow = this.hasSlow && now - call.startedAt > slow.overMs
    if (how === 'released' || (how === 'answered' && this.state !== 'half-open')) return
    if (this.state === 'half-open') {
      if (how === 'failed' || (how === 'succeeded' && isSlow)) return this.#open(now, chance)
      this.silentSince = now
      this.good++
      if (this.good < permits) return
      this.#enter('ramp')
      this.outcomes = []
      this.until = now + rampMs
      return
    }
    this.outcomes.push({ at: now, failed: how === 'failed', slow: isSlow })
    if (this.state === 'ramp' && now >= this.until) this.breaks = 0
    if ((how === 'failed' && this.#failedTooOften(now)) || (isSlow && this.#slowTooOften(now))) this.#open(now, chance)
  }

  isolate(): void {
    if (this.state !== 'isolated') this.#enter('isolated')
  }

  reset(): void {
    this.#enter('closed')
    this.outcomes = []
    this.breaks = 0
  }

  #failedTooOften(now: number): boolean {
    const { opensAfter } = this
    if ('consecutive' in opensAfter) {
      const last = this.outcomes.slice(-opensAfter.consecutive)
      return last.length === opensAfter.consecutive && last.every(({ failed }) => failed)
    }
    const view = this.#inView(now)
    const failed = view.filter((one) => one.failed).length
    if ('failures' in opensAfter) return failed >= opensAfter.failures
    return view.length >= (opensAfter.minimum ?? 20) && failed / view.length >= opensAfter.rate
  }

  #slowTooOften(now: number): boolean {
    const view = this.#inView(now)
    return view.length >= slow.minimum && view.filter((one) => one.slow).length / view.length >= slow.rate
  }

  #inView(now: number): readonly Outcome[] {
    const { opensAfter } = this
    if ('ofLast' in opensAfter) return this.outcomes.slice(-opensAfter.ofLast)
    const withinMs = 'withinMs' in opensAfter ? opensAfter.withinMs : 30_000
    const bucketOf = (at: number) => Math.floor(at / (withinMs / 10))
    const view = this.outcomes.filter(({ at }) => bucketOf(now) - bucketOf(at) < 10)
    // What the buckets come to: nothing older than the time, and all that is younger than nine tenths of it.
    const young = this.outcomes.filter(({ at }) => now - at < 0.9 * withinMs)
    this.viewsWell &&= view.every(({ at }) => now - at < withinMs) && young.every((one) => view.includes(one))
    return view
  }

  #open(now: number, chance: number): void {
    const wanted = Math.min(breakMs * 2 ** this.breaks, maxBreakMs)
    this.until = now + Math.min(wanted * (1 + 0.2 * (2 * chance - 1)), maxBreakMs)
    this.breaks++
    this.#enter('open')
  }

  #enter(state: NaiveBreaker['state']): void {
    this.state = state
    this.era++
    this.underWay = 0
    this.good = 0
  }
}

/** The breaker under test, with calls under way and a chance that each command sets. */
class Bench {
  readonly clock = new ManualClock()
  readonly breaker: CircuitBreaker
  calls: Call[] = []
  chance = 0
  /** In which states it was after the commands, as the naive one sees it. */
  readonly seen: NaiveBreaker['state'][] = []
  /** Where it was not what the naive one was. */
  readonly faults: string[] = []

  constructor(options: CircuitBreakerOptions) {
    const random = { next: () => this.chance, id: () => 'id' }
    this.breaker = new CircuitBreaker(options, { name: 'writer', clock: this.clock, random })
  }
}

class Command implements fc.Command<NaiveBreaker, Bench> {
  readonly #what: string
  readonly #step: (model: NaiveBreaker, bench: Bench, now: number) => void

  constructor(what: string, step: (model: NaiveBreaker, bench: Bench, now: number) => void) {
    this.#what = what
    this.#step = step
  }

  check(): boolean {
    return true
  }

  run(model: NaiveBreaker, bench: Bench): void {
    this.#step(model, bench, bench.clock.monotonic())
    bench.seen.push(model.state)
    const expected = model.state === 'ramp' ? 'closed' : model.state
    if (bench.breaker.state !== expected) bench.faults.push(`${bench.breaker.state}, not ${expected}`)
    if (!model.viewsWell) bench.faults.push('it has the wrong calls in view')
  }

  toString(): string {
    return this.#what
  }
}

const chance = fc.constantFrom(0, 0.25, 0.5, 0.75, 0.999)
const how = fc.constantFrom<How[]>('succeeded', 'succeeded', 'failed', 'failed', 'failed', 'answered', 'released')

const admits = fc.tuple(chance, fc.integer({ min: 1, max: 4 })).map(
  ([luck, times]) =>
    new Command(`admit ${times} (${luck})`, (model, bench, now) => {
      bench.chance = luck
      for (let call = 0; call < times; call++) {
        const admitted = model.admit(now, luck)
        const permit = bench.breaker.tryAdmit(call % 2 === 0 ? now : Number.NaN)
        if ((permit !== 0) !== admitted) bench.faults.push(admitted ? 'it refused' : 'it admitted')
        if (permit !== 0) bench.calls.push({ permit, startedAt: now, era: model.era })
      }
    }),
)
const ends = fc.tuple(how, chance, fc.nat(), fc.integer({ min: 1, max: 4 })).map(
  ([outcome, luck, pick, times]) =>
    new Command(`${outcome} #${pick} x${times} (${luck})`, (model, bench, now) => {
      bench.chance = luck
      for (let end = 0; end < times && bench.calls.length > 0; end++) {
        const [call] = bench.calls.splice(pick % bench.calls.length, 1)
        if (call === undefined) return
        model.end(call, outcome, now, luck)
        // What it does not look at may be anything.
        const time = bench.breaker.measuresTime ? now : Number.NaN
        bench.breaker[outcome](call.permit, time, call.startedAt)
      }
    }),
)
/** Calls that are made and end: what takes a breaker from state to state. */
const rounds = fc.tuple(fc.constantFrom<How[]>('succeeded', 'failed'), chance).map(
  ([outcome, luck]) =>
    new Command(`a round that ${outcome} (${luck})`, (model, bench, now) => {
      bench.chance = luck
      for (let call = 0; call < 4; call++) {
        const admitted = model.admit(now, luck)
        const permit = bench.breaker.tryAdmit(now)
        if ((permit !== 0) !== admitted) bench.faults.push(admitted ? 'it refused' : 'it admitted')
        if (permit === 0) continue
        const time = bench.breaker.measuresTime ? now : Number.NaN
        model.end({ permit, startedAt: now, era: model.era }, outcome, now, luck)
        bench.breaker[outcome](permit, time, now)
      }
    }),
)
const passes = fc
  .oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(60, 80, 120, 1_000))
  .map((ms) => new Command(`${ms} ms`, (_, bench) => bench.clock.advance(ms)))
const isolates = fc.constant(
  new Command('isolate', (model, bench) => {
    model.isolate()
    bench.breaker.isolate()
  }),
)
const resets = fc.constant(
  new Command('reset', (model, bench) => {
    model.reset()
    bench.breaker.reset()
  }),
)
const commands = fc.commands(
  [
    admits,
    admits,
    admits,
    ends,
    ends,
    ends,
    rounds,
    rounds,
    rounds,
    rounds,
    passes,
    passes,
    passes,
    isolates,
    resets,
    resets,
    resets,
  ],
  { maxCommands: 120, size: 'max' },
)

const shapes: readonly OpensAfter[] = [
  { consecutive: 2 },
  { failures: 3, ofLast: 5 },
  { rate: 0.5, ofLast: 8, minimum: 3 },
  { failures: 3, withinMs: 100 },
  { rate: 0.4, withinMs: 100, minimum: 4 },
]

describe('a circuit breaker', () => {
  it.each(shapes.flatMap((shape) => [[shape, false] as const, [shape, true] as const]))(
    'of %j (slow calls counted: %s) does what a naive one does',
    (opensAfter, hasSlow) => {
      const seen = { open: 0, 'half-open': 0, closed: 0, ramp: 0, isolated: 0 }
      const halfOpen = { permits, maxWaitMs, rampMs }
      const options = { opensAfter, breakMs, maxBreakMs, halfOpen, ...(hasSlow && { slow }) }
      fc.assert(
        fc.property(commands, (steps) => {
          const bench = new Bench(options)
          fc.modelRun(() => ({ model: new NaiveBreaker(opensAfter, hasSlow), real: bench }), steps)
          expect(bench.faults).toEqual([])
          for (const state of bench.seen) seen[state]++
        }),
        { numRuns: 1_000 },
      )
      // The walk has been everywhere.
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
    },
  )
})
