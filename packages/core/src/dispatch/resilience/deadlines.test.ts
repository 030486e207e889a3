import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/index.js'
import { type Deadlined, Deadlines } from './deadlines.js'

function one(dueAt: number, told: number[] = []): Deadlined {
  return { dueAt, place: -1, expire: () => void told.push(dueAt) }
}

describe('deadlines', () => {
  it('have one timer for all', () => {
    const clock = new ManualClock()
    const deadlines = new Deadlines(clock)
    for (const dueAt of [30, 10, 20, 10]) deadlines.add(one(dueAt))
    expect(clock.pending).toBe(1)
    expect(clock.nextDueInMs).toBe(10)
  })

  it('have none when they are cleared', () => {
    const clock = new ManualClock()
    const told: number[] = []
    const deadlines = new Deadlines(clock)
    deadlines.add(one(10, told))
    deadlines.clear()
    clock.advance(100)
    expect(clock.pending).toBe(0)
    expect(told).toEqual([])
  })

  it('leave no timer behind when the last one was taken out and its time has come', () => {
    const clock = new ManualClock()
    const deadlines = new Deadlines(clock)
    const taken = one(10)
    deadlines.add(taken)
    deadlines.remove(taken)
    clock.advance(10)
    expect(clock.pending).toBe(0)
  })

  it('tell one its place, and -1 when it is not among them', () => {
    const clock = new ManualClock()
    const deadlines = new Deadlines(clock)
    const [first, second] = [one(10), one(20)]
    deadlines.add(first)
    deadlines.add(second)
    expect([first.place, second.place]).toEqual([0, 1])
    deadlines.remove(first)
    expect([first.place, second.place]).toEqual([-1, 0])
    clock.advance(20)
    expect(second.place).toBe(-1)
  })
})
