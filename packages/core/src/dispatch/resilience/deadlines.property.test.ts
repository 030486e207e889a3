import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/index.js'
import { type Deadlined, Deadlines } from './deadlines.js'

/** What is done to deadlines: many of equal times, so that places are shared; some added and removed while others expire. */
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), inMs: fc.integer({ min: -5, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 15 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('chain' as const), inMs: fc.nat(20), thenMs: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('oust' as const), inMs: fc.nat(20), pick: fc.nat() }) },
)

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

interface Tracked extends Deadlined {
  readonly index: number
}

/** The deadlines under test, beside a list of what waits and a list of what has to have expired. */
class Bench {
  readonly clock = new ManualClock()
  readonly deadlines = new Deadlines(this.clock)
  readonly expired: { readonly index: number; readonly dueAt: number; readonly at: number }[] = []
  readonly waiting = new Map<number, Tracked>()
  #count = 0

  add(inMs: number, whenExpired?: () => void): void {
    const index = this.#count++
    const one: Tracked = {
      index,
      dueAt: this.clock.monotonic() + inMs,
      place: -1,
      expire: () => {
        this.expired.push({ index, dueAt: one.dueAt, at: this.clock.monotonic() })
        this.waiting.delete(index)
        whenExpired?.()
      },
    }
    this.waiting.set(index, one)
    this.deadlines.add(one)
  }

  remove(pick: number): void {
    const one = [...this.waiting.values()][pick % Math.max(1, this.waiting.size)]
    if (one === undefined) return
    this.waiting.delete(one.index)
    this.deadlines.remove(one)
    // Once more does nothing.
    this.deadlines.remove(one)
  }

  apply(one: Command): void {
    if (one.kind === 'add') this.add(one.inMs)
    else if (one.kind === 'remove') this.remove(one.pick)
    else if (one.kind === 'advance') this.clock.advance(one.ms)
    else if (one.kind === 'chain') this.add(one.inMs, () => this.add(one.thenMs))
    else this.add(one.inMs, () => this.remove(one.pick))
  }
}

describe('deadlines', () => {
  it('expire what is due at its time, in order, and nothing that was taken out, whatever is done to them', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const bench = new Bench()
        for (const one of commands) {
          bench.apply(one)
          bench.clock.advance(0)
          const now = bench.clock.monotonic()
          for (const { dueAt, place } of bench.waiting.values()) {
            expect(dueAt).toBeGreaterThan(now)
            expect(place).toBeGreaterThanOrEqual(0)
          }
        }
        const left = [...bench.waiting.values()].map(({ index }) => index)
        bench.clock.advance(1_000)
        expect(bench.waiting.size).toBe(0)
        const indexes = bench.expired.map(({ index }) => index)
        expect(new Set(indexes).size).toBe(indexes.length)
        for (const { dueAt, at } of bench.expired) expect(at - dueAt).toBeGreaterThanOrEqual(0)
        for (const [place, { at }] of bench.expired.entries()) {
          expect(at).toBeGreaterThanOrEqual(bench.expired[place - 1]?.at ?? 0)
        }
        // Nobody waited longer than to the time at which it was due, or was put in when that had passed.
        for (const { dueAt, at } of bench.expired) expect(at - dueAt).toBeLessThanOrEqual(5)
        // What an expiry took out is the only thing that may be missing.
        const ousts = commands.filter(({ kind }) => kind === 'oust').length
        expect(left.filter((index) => !indexes.includes(index)).length).toBeLessThanOrEqual(ousts)
      }),
      { numRuns: 2_000 },
    )
  })

  it('expire exactly what a sorted list says, when nothing is taken out meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { maxLength: 60 }),
        fc.array(fc.nat(200)),
        fc.nat(60),
        (dues, removals, until) => {
          const bench = new Bench()
          for (const due of dues) bench.add(due)
          for (const pick of removals) bench.remove(pick)
          const due = [...bench.waiting.values()].filter(({ dueAt }) => dueAt <= until)
          const expected = due.map(({ dueAt }) => dueAt).toSorted((a, b) => a - b)
          bench.clock.advance(until)
          expect(bench.expired.map(({ dueAt }) => dueAt)).toEqual(expected)
          for (const { dueAt, at } of bench.expired) expect(at).toBe(dueAt)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
