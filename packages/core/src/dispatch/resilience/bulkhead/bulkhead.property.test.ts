import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priorities, type Priority } from '../../../ports/index.js'
import { ManualClock, SeededRandom } from '../../../testing/index.js'
import type { Waiter, WaitingLine } from '../waiting-line.js'
import { Bulkhead } from './bulkhead.js'

const host = { name: 'writer', clock: new ManualClock(), random: new SeededRandom() }

interface Queued {
  readonly id: number
  readonly priority: Priority
  /** How many others it lets in at once, by leaving as soon as it enters: itself not counted. */
  readonly leavesAtOnce: boolean
}

/** A bulkhead as one would write it who need not be quick: those who wait are an array. */
class NaiveBulkhead {
  inFlight = 0
  queue: Queued[] = []
  readonly entered: number[] = []
  readonly limit: number
  readonly places: number
  readonly byPriority: boolean
  /** By priority, how many of the more urgent went since one of it did. */
  readonly passedBy = new Map<Priority, number>()

  constructor(limit: number, places: number, byPriority: boolean) {
    this.limit = limit
    this.places = places
    this.byPriority = byPriority
  }

  leave(): void {
    this.inFlight--
    while (this.inFlight < this.limit && this.queue.length > 0) {
      const next = this.#next()
      this.queue = this.queue.filter((one) => one !== next)
      this.entered.push(next.id)
      if (!next.leavesAtOnce) this.inFlight++
    }
  }

  #next(): Queued {
    const firstOf = (priority: Priority) => this.queue.find((one) => one.priority === priority)
    const waiting = priorities.toReversed().filter((priority) => firstOf(priority) !== undefined)
    for (const priority of priorities) if (!waiting.includes(priority)) this.passedBy.set(priority, 0)
    const impatient = waiting.find((priority) => (this.passedBy.get(priority) ?? 0) >= 16)
    const turn = impatient ?? waiting[0]
    const first = this.queue[0] as Queued
    if (!this.byPriority || turn === undefined) return first
    for (const less of waiting.slice(waiting.indexOf(turn) + 1)) {
      this.passedBy.set(less, (this.passedBy.get(less) ?? 0) + 1)
    }
    this.passedBy.set(turn, 0)
    return firstOf(turn) ?? first
  }
}

/** The bulkhead under test, and those who wait for it. */
class Bench {
  readonly room: Bulkhead
  readonly entered: number[] = []
  readonly waiting = new Map<number, Waiter>()
  readonly faults: string[] = []
  count = 0

  constructor(limit: number, queue: number, byPriority: boolean) {
    this.room = new Bulkhead({ limit, queue, order: byPriority ? 'priority' : 'fifo' }, host)
  }

  wait({ id, priority, leavesAtOnce }: Queued): boolean {
    const waiter: Waiter = {
      priority,
      line: undefined as WaitingLine | undefined,
      before: undefined,
      after: undefined,
      entered: () => {
        this.entered.push(id)
        this.waiting.delete(id)
        if (leavesAtOnce) this.room.leave()
      },
    }
    try {
      this.room.wait(waiter)
    } catch {
      return false
    }
    this.waiting.set(id, waiter)
    return true
  }
}

class Command implements fc.Command<NaiveBulkhead, Bench> {
  readonly #what: string
  readonly #step: (model: NaiveBulkhead, bench: Bench) => void

  constructor(what: string, step: (model: NaiveBulkhead, bench: Bench) => void) {
    this.#what = what
    this.#step = step
  }

  check(): boolean {
    return true
  }

  run(model: NaiveBulkhead, bench: Bench): void {
    this.#step(model, bench)
    const { room, faults } = bench
    if (room.inFlight !== model.inFlight) faults.push(`${room.inFlight} in flight, not ${model.inFlight}`)
    if (room.queued !== model.queue.length) faults.push(`${room.queued} wait, not ${model.queue.length}`)
  }

  toString(): string {
    return this.#what
  }
}

const enters = fc
  .record({
    priority: fc.constantFrom(...priorities),
    leavesAtOnce: fc.boolean(),
    times: fc.integer({ min: 1, max: 5 }),
  })
  .map(
    ({ priority, leavesAtOnce, times }) =>
      new Command(`${times} ${priority}${leavesAtOnce ? ', leaving at once' : ''}`, (model, bench) => {
        for (let one = 0; one < times; one++) {
          const hasSlot = model.inFlight < model.limit
          if (bench.room.tryEnter() !== hasSlot) bench.faults.push('it let in who should wait, or the other way round')
          if (hasSlot) {
            model.inFlight++
            continue
          }
          const id = bench.count++
          const isTaken = model.queue.length < model.places
          if (isTaken) model.queue.push({ id, priority, leavesAtOnce })
          if (bench.wait({ id, priority, leavesAtOnce }) !== isTaken) bench.faults.push(`${id} taken: ${!isTaken}`)
        }
      }),
  )
const leaves = fc.integer({ min: 1, max: 30 }).map(
  (times) =>
    new Command(`leave ${times}`, (model, bench) => {
      for (let one = 0; one < times && model.inFlight > 0; one++) {
        model.leave()
        bench.room.leave()
      }
    }),
)
const quits = fc.nat().map(
  (pick) =>
    new Command(`quit ${pick}`, (model, bench) => {
      const one = model.queue[pick % Math.max(1, model.queue.length)]
      if (one === undefined) return
      model.queue = model.queue.filter((other) => other !== one)
      const waiter = bench.waiting.get(one.id)
      if (waiter === undefined) return void bench.faults.push(`${one.id} does not wait`)
      bench.waiting.delete(one.id)
      bench.room.quit(waiter)
      bench.room.quit(waiter)
    }),
)
const commands = fc.commands([enters, enters, enters, leaves, quits], { maxCommands: 120, size: 'max' })

describe('a bulkhead', () => {
  it.each([false, true])('does what an array does (by priority: %s)', (byPriority) => {
    let handedOver = 0
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 80 }), (steps, limit, queue) => {
        const model = new NaiveBulkhead(limit, queue, byPriority)
        const bench = new Bench(limit, queue, byPriority)
        fc.modelRun(() => ({ model, real: bench }), steps)
        expect(bench.faults).toEqual([])
        // All who were accepted and did not quit are let in, in the same order.
        while (model.inFlight > 0) {
          model.leave()
          bench.room.leave()
        }
        expect(bench.entered).toEqual(model.entered)
        expect([bench.waiting.size, bench.room.inFlight, bench.room.queued]).toEqual([0, 0, 0])
        handedOver += bench.entered.length
      }),
      { numRuns: 2_000 },
    )
    expect(handedOver).toBeGreaterThan(10_000)
  })
})
