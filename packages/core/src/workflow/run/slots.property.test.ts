import fc from 'fast-check'
import { expect, it } from 'vitest'
import { enter, leave, Slots, type Waiting } from './slots.js'

class One implements Waiting {
  passed = 0
  isAdmitted = false
  readonly name: number
  readonly #order: number[]

  constructor(name: number, order: number[]) {
    this.name = name
    this.#order = order
  }

  admitted(): void {
    this.isAdmitted = true
    this.#order.push(this.name)
  }
}

const actions = fc.array(fc.oneof(fc.constant('enter' as const), fc.nat(1_000)), { maxLength: 60 })

it('admits as many as there are slots, in the order of asking, and none for ever too late', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), actions, (own, overall, steps) => {
      const gates = [new Slots(own), new Slots(overall)]
      const order: number[] = []
      const inside: One[] = []
      const waiting: One[] = []
      let next = 0
      const look = () => {
        for (const one of waiting.slice()) {
          if (!one.isAdmitted) continue
          waiting.splice(waiting.indexOf(one), 1)
          inside.push(one)
        }
        expect(inside.length).toBeLessThanOrEqual(Math.min(own, overall))
        // Nobody waits while there is room.
        if (waiting.length > 0) expect(inside).toHaveLength(Math.min(own, overall))
      }
      for (const step of steps) {
        if (step === 'enter') {
          const one = new One(next++, order)
          waiting.push(one)
          enter(gates, one)
        } else if (inside.length > 0) {
          inside.splice(step % inside.length, 1)
          leave(gates)
        }
        look()
      }
      while (inside.length > 0) {
        inside.pop()
        leave(gates)
        look()
      }
      expect(waiting).toEqual([])
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }),
    { numRuns: 1_000 },
  )
})

it('lets fewer than the threshold go one after the other', () => {
  const gates = [new Slots(10, 3)]
  const order: number[] = []
  const ones = [0, 1, 2].map((name) => new One(name, order))
  enter(gates, ones[0] as One)
  enter(gates, ones[1] as One)
  expect(order).toEqual([0])
  enter(gates, ones[2] as One)
  expect(order).toEqual([0, 1, 2])
})

it('lets nobody in while it is shut, and all who wait when it opens', () => {
  const gate = new Slots(0)
  const order: number[] = []
  for (const name of [0, 1]) enter([gate], new One(name, order))
  expect(order).toEqual([])
  gate.limit = 5
  expect(order).toEqual([0, 1])
})
