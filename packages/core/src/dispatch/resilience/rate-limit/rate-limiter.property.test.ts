import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import type { Waiter, WaitingLine } from '../waiting-line.js'
import { RateLimiter, type RateWaiter } from './rate-limiter.js'

interface Shape {
  readonly limit: number
  readonly perMs: number
  readonly burst: number
}

interface Change {
  readonly at: number
  /** What was taken; negative where it was put back. */
  readonly taken: number
}

/** Sums of fractions may be so far off. */
const slack = 1e-6

/** A bucket as one would write it who need not be quick: it keeps all changes, and goes through them each time. */
class NaiveBucket {
  readonly changes: Change[] = []
  readonly shape: Shape

  constructor(shape: Shape) {
    this.shape = shape
  }

  levelAt(now: number): number {
    const { limit, perMs, burst } = this.shape
    let level = burst
    let at = 0
    for (const change of [...this.changes, { at: now, taken: 0 }]) {
      level = Math.min(burst, level + ((change.at - at) * limit) / perMs) - change.taken
      level = Math.min(burst, level)
      at = change.at
    }
    return level
  }

  /** Whether more was taken within some time than the burst and what came in. */
  overdrew(): boolean {
    const { limit, perMs, burst } = this.shape
    return this.changes.some(({ at: from }, first) => {
      let sum = 0
      return this.changes.slice(first).some(({ at, taken }) => {
        sum += taken
        return sum > burst + ((at - from) * limit) / perMs + slack
      })
    })
  }
}

/** What the limiter should be like. */
class Model {
  readonly requests: NaiveBucket | undefined
  readonly units: NaiveBucket | undefined
  pausedUntil = 0
  line: number[] = []

  constructor(requests: Shape | undefined, units: Shape | undefined) {
    this.requests = requests && new NaiveBucket(requests)
    this.units = units && new NaiveBucket(units)
  }

  /** By how much there is more room than needed; undefined while it is paused. */
  room(units: number, now: number): number | undefined {
    if (now < this.pausedUntil) return undefined
    const requests = this.requests === undefined ? Number.POSITIVE_INFINITY : this.requests.levelAt(now) - 1
    const rest = this.units === undefined ? Number.POSITIVE_INFINITY : this.units.levelAt(now) - units
    return Math.min(requests, rest)
  }

  take(units: number, now: number): void {
    this.requests?.changes.push({ at: now, taken: 1 })
    this.units?.changes.push({ at: now, taken: units })
  }
}

class Bench {
  readonly clock = new ManualClock()
  readonly limiter: RateLimiter
  readonly waiting = new Map<number, RateWaiter>()
  readonly faults: string[] = []
  readonly model: Model
  count = 0
  letIn = 0

  constructor(requests: Shape | undefined, units: Shape | undefined) {
    this.model = new Model(requests, units)
    const options = { ...(requests && { requests }), ...(units && { units }), maxWaitMs: Number.POSITIVE_INFINITY }
    this.limiter = new RateLimiter(options, { name: 'openai', clock: this.clock, random: new SeededRandom() })
  }

  get now(): number {
    return this.clock.monotonic()
  }

  wait(units: number): void {
    const id = this.count++
    const expectedAt = this.now + this.limiter.waitMs(units, this.now)
    const waiter: RateWaiter = {
      units,
      priority: 'normal',
      line: undefined as WaitingLine | undefined,
      before: undefined as Waiter | undefined,
      after: undefined as Waiter | undefined,
      entered: () => this.#entered(id, units, expectedAt),
    }
    this.waiting.set(id, waiter)
    this.model.line.push(id)
    this.limiter.wait(waiter, this.now)
  }

  /** Nothing has changed since it came but that time went on: it has to be let in when it was told. */
  surprise(): void {
    this.#surprises = this.count
  }

  #surprises = 0

  #entered(id: number, units: number, expectedAt: number): void {
    this.letIn++
    if (this.model.line.shift() !== id) this.faults.push(`${id} is not the first`)
    this.waiting.delete(id)
    const room = this.model.room(units, this.now)
    if (room === undefined || room < -slack) this.faults.push(`${id} was let in without room`)
    if (id >= this.#surprises && Math.abs(this.now - expectedAt) > 0.01) this.faults.push(`${id} was told another time`)
    this.model.take(units, this.now)
  }
}

class Command implements fc.Command<Model, Bench> {
  readonly #what: string
  readonly #step: (bench: Bench, model: Model) => void

  constructor(what: string, step: (bench: Bench, model: Model) => void) {
    this.#what = what
    this.#step = step
  }

  check(): boolean {
    return true
  }

  run(_: Model, bench: Bench): void {
    const { model, limiter, clock, faults } = bench
    this.#step(bench, model)
    // What is due now, and who is told so only after wait has returned.
    clock.advance(0.002)
    if (limiter.queued !== model.line.length) faults.push(`${limiter.queued} wait, not ${model.line.length}`)
    if (clock.pending !== (model.line.length > 0 ? 1 : 0)) faults.push(`${clock.pending} timers`)
    const first = bench.waiting.get(model.line[0] ?? -1)
    const rate = Math.max(...[model.requests, model.units].map((one) => (one ? one.shape.limit / one.shape.perMs : 0)))
    const room = first && model.room(first.units, bench.now)
    if (room !== undefined && room > 0.003 * rate + slack) faults.push('there is room for the first')
  }

  toString(): string {
    return this.#what
  }
}

const amount = fc.integer({ min: 0, max: 10 })
const takes = fc.tuple(amount, fc.integer({ min: 1, max: 5 })).map(
  ([units, times]) =>
    new Command(`take ${units} x${times}`, (bench, model) => {
      for (let one = 0; one < times; one++) {
        const room = model.line.length > 0 ? undefined : model.room(units, bench.now)
        const taken = bench.limiter.tryTake(units, bench.now)
        const isClose = room !== undefined && Math.abs(room) < slack
        if (!isClose && taken !== (room !== undefined && room >= 0)) bench.faults.push(`take ${units}: ${taken}`)
        if (taken) model.take(units, bench.now)
      }
    }),
)
const waits = fc.tuple(amount, fc.integer({ min: 1, max: 4 })).map(
  ([units, times]) =>
    new Command(`wait ${units} x${times}`, (bench) => {
      for (let one = 0; one < times; one++) bench.wait(units)
    }),
)
const quits = fc.nat().map(
  (pick) =>
    new Command(`quit ${pick}`, (bench, model) => {
      const id = model.line[pick % Math.max(1, model.line.length)]
      const waiter = bench.waiting.get(id ?? -1)
      if (waiter === undefined) return
      model.line = model.line.filter((other) => other !== id)
      bench.waiting.delete(id ?? -1)
      bench.surprise()
      bench.limiter.quit(waiter)
      bench.limiter.quit(waiter)
    }),
)
const passes = fc.oneof(fc.nat(20), fc.nat(300)).map((ms) => new Command(`${ms} ms`, ({ clock }) => clock.advance(ms)))
const pauses = fc.nat(50).map(
  (ms) =>
    new Command(`pause ${ms}`, (bench, model) => {
      model.pausedUntil = Math.max(model.pausedUntil, bench.now + ms)
      bench.surprise()
      bench.limiter.pause(ms, bench.now)
    }),
)
const corrects = fc.tuple(amount, amount, fc.boolean()).map(
  ([reserved, actual, isRefund]) =>
    new Command(isRefund ? `refund ${reserved}` : `settle ${reserved} by ${actual}`, (bench, model) => {
      bench.surprise()
      const put = isRefund ? reserved : reserved - actual
      if (isRefund) model.requests?.changes.push({ at: bench.now, taken: -1 })
      model.units?.changes.push({ at: bench.now, taken: -put })
      if (isRefund) bench.limiter.refund(reserved)
      else bench.limiter.settle(reserved, actual)
    }),
)

const shape = fc.record({
  limit: fc.integer({ min: 1, max: 20 }),
  perMs: fc.constantFrom(1, 7, 10, 100, 1_000),
  burst: fc.integer({ min: 10, max: 25 }),
})
const few = fc.record({
  limit: fc.integer({ min: 1, max: 3 }),
  perMs: fc.constantFrom(10, 33),
  burst: fc.integer({ min: 1, max: 4 }),
})
const shapes = fc.oneof(
  fc.tuple(few, fc.constant(undefined)),
  fc.tuple(fc.constant(undefined), shape),
  fc.tuple(few, shape),
)

function walk(commands: fc.Arbitrary<Iterable<fc.Command<Model, Bench>>>, finish: (bench: Bench) => void): void {
  let letIn = 0
  fc.assert(
    fc.property(commands, shapes, (steps, [requests, units]) => {
      const bench = new Bench(requests, units)
      fc.modelRun(() => ({ model: bench.model, real: bench }), steps)
      // Nobody is lost, however long it takes.
      bench.clock.advance(10_000_000)
      expect(bench.faults).toEqual([])
      expect([bench.waiting.size, bench.limiter.queued, bench.clock.pending]).toEqual([0, 0, 0])
      finish(bench)
      letIn += bench.letIn
    }),
    { numRuns: 1_500 },
  )
  expect(letIn).toBeGreaterThan(5_000)
}

describe('a rate limiter', () => {
  it('does what a naive one does, in order, and loses nobody', () => {
    walk(
      fc.commands([takes, takes, waits, waits, quits, passes, passes, pauses, corrects], {
        maxCommands: 60,
        size: 'max',
      }),
      () => {},
    )
  })

  it('never lets more through than the burst and what came in, within whatever time', () => {
    walk(fc.commands([takes, waits, quits, passes, pauses], { maxCommands: 60, size: 'max' }), ({ model }) => {
      expect([model.requests?.overdrew() ?? false, model.units?.overdrew() ?? false]).toEqual([false, false])
    })
  })
})
