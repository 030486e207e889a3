import { describe, expect, it } from 'vitest'
import { ManualClock, RecordingEventSink, SeededRandom } from '../../../testing/index.js'
import type { Waiter, WaitingLine } from '../waiting-line.js'
import type { RateLimitOptions } from './rate-limit-layer.js'
import { RateLimiter, type RateWaiter } from './rate-limiter.js'

/** A limiter with all that it stands on, and when who waited was let in. */
class Bench {
  readonly clock = new ManualClock()
  readonly events = new RecordingEventSink({ clock: this.clock })
  readonly limiter: RateLimiter
  readonly entered: string[] = []

  constructor(options: RateLimitOptions) {
    const { clock, events } = this
    this.limiter = new RateLimiter(options, { name: 'openai', clock, random: new SeededRandom(), events })
  }

  get now(): number {
    return this.clock.monotonic()
  }

  /** Takes as often as there is room; says how often. */
  takeAll(units = 0): number {
    let taken = 0
    while (taken < 10_000 && this.limiter.tryTake(units, this.now)) taken++
    return taken
  }

  wait(name: string, units = 0, whenEntered?: () => void): RateWaiter {
    const waiter: RateWaiter = {
      units,
      priority: 'normal',
      line: undefined as WaitingLine | undefined,
      before: undefined as Waiter | undefined,
      after: undefined as Waiter | undefined,
      entered: () => {
        this.entered.push(`${name} at ${Math.round(this.now)}`)
        whenEntered?.()
      },
    }
    this.limiter.wait(waiter, this.now)
    return waiter
  }
}

const tenPerSecond = { requests: { limit: 10, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY }

describe('a rate limiter', () => {
  it('lets a burst through, and then as many as the rate has', () => {
    const bench = new Bench(tenPerSecond)
    expect(bench.takeAll()).toBe(10)
    bench.clock.advance(99)
    expect(bench.takeAll()).toBe(0)
    bench.clock.advance(1)
    expect(bench.takeAll()).toBe(1)
    bench.clock.advance(250)
    expect(bench.takeAll()).toBe(2)
    bench.clock.advance(1_000_000)
    expect(bench.takeAll()).toBe(10)
  })

  it('takes the burst it is told', () => {
    const bench = new Bench({ requests: { limit: 10, perMs: 1_000, burst: 2 } })
    expect(bench.takeAll()).toBe(2)
    bench.clock.advance(1_000)
    expect(bench.takeAll()).toBe(2)
  })

  it('counts units, requests, or both', () => {
    const units = new Bench({ units: { limit: 100, perMs: 1_000 } })
    expect(units.takeAll(30)).toBe(3)
    expect(units.limiter.tryTake(10, units.now)).toBe(true)
    expect(units.limiter.tryTake(1, units.now)).toBe(false)
    const both = new Bench({ requests: { limit: 2, perMs: 1_000 }, units: { limit: 100, perMs: 1_000 } })
    expect(both.takeAll(10)).toBe(2)
    const few = new Bench({ requests: { limit: 9, perMs: 1_000 }, units: { limit: 100, perMs: 1_000 } })
    expect(few.takeAll(60)).toBe(1)
    // What was refused for its units has taken no request.
    expect(few.takeAll(0)).toBe(8)
  })

  it('says how many units a message needs', () => {
    const message = { payload: 'four' } as never
    expect(new Bench(tenPerSecond).limiter.unitsOf(message)).toBe(0)
    expect(new Bench({ units: { limit: 1, perMs: 1 } }).limiter.unitsOf(message)).toBe(1)
    const of = ({ payload }: { readonly payload: unknown }) => String(payload).length
    expect(new Bench({ units: { limit: 1, perMs: 1, of } }).limiter.unitsOf(message)).toBe(4)
    for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY, '5', undefined, null]) {
      const { limiter, clock } = new Bench({ units: { limit: 5, perMs: 1, of: () => nonsense as number } })
      expect(() => limiter.unitsOf(message)).toThrow('Give a function that returns a number from 0.')
      expect(() => limiter.tryTake(nonsense as number, 0)).toThrow('units.of')
      expect(limiter.tryTake(5, clock.monotonic())).toBe(true)
    }
  })

  it('does not mind a wall clock that is set back or forward', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    bench.clock.setWall(0)
    expect(bench.takeAll()).toBe(0)
    bench.clock.setWall(Date.UTC(2040, 0, 1))
    expect(bench.takeAll()).toBe(0)
    bench.clock.advance(100)
    expect(bench.takeAll()).toBe(1)
  })

  it('takes back nothing for a time that goes back', () => {
    const bench = new Bench(tenPerSecond)
    bench.clock.advance(5_000)
    expect([bench.limiter.tryTake(0, 5_000), bench.limiter.tryTake(0, 0)]).toEqual([true, true])
    bench.takeAll()
    expect(bench.limiter.tryTake(0, 0)).toBe(false)
    expect(bench.limiter.tryTake(0, 5_000)).toBe(false)
    expect(bench.limiter.tryTake(0, 5_100)).toBe(true)
  })
})

describe('what happens to a rate', () => {
  it('is given back for a call that was not made, and no more than there ever is', () => {
    const bench = new Bench({ ...tenPerSecond, units: { limit: 100, perMs: 1_000 } })
    bench.limiter.tryTake(100, 0)
    bench.wait('a', 40)
    bench.limiter.refund(100)
    expect(bench.entered).toEqual(['a at 0'])
    bench.limiter.refund(100)
    bench.limiter.refund(100)
    expect(bench.takeAll(0)).toBe(10)
    expect(new Bench(tenPerSecond).limiter.waitMs(0, 0)).toBe(0)
  })

  it('is settled by what a call needed: more is owed, less is given back', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY })
    bench.limiter.tryTake(50, 0)
    bench.limiter.settle(50, 250)
    // 150 are owed: nobody goes before, not even who needs nothing.
    expect(bench.limiter.waitMs(0, 0)).toBe(1_500)
    bench.wait('a', 50)
    bench.clock.advance(1_999)
    expect(bench.entered).toEqual([])
    bench.limiter.settle(10, 9.9)
    expect(bench.entered).toEqual(['a at 1999'])
  })

  it('owes what a call needed more from then on, however long it was full before', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 } })
    bench.clock.advance(1_000_000)
    bench.limiter.settle(0, 150)
    expect(bench.limiter.waitMs(0, bench.now)).toBe(500)
  })

  it('is not spoilt by what is no number', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 } })
    bench.limiter.tryTake(100, 0)
    for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      bench.limiter.settle(0, nonsense)
      bench.limiter.pause(nonsense, 0)
    }
    expect(bench.limiter.waitMs(1, 0)).toBe(10)
  })

  it('is paused for all when one is told so, never for less than was said before', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    bench.wait('a')
    bench.wait('b')
    bench.limiter.pause(5_000, bench.now)
    bench.limiter.pause(1_000, bench.now)
    expect(bench.limiter.tryTake(0, bench.now)).toBe(false)
    expect(bench.limiter.waitMs(0, bench.now)).toBe(5_000)
    bench.clock.advance(4_999)
    expect(bench.entered).toEqual([])
    bench.clock.advance(1)
    expect(bench.entered).toEqual(['a at 5000', 'b at 5000'])
    expect(bench.events.of('rate.paused')).toEqual([expect.objectContaining({ limiter: 'openai', pauseMs: 5_000 })])
    expect(bench.takeAll()).toBe(8)
  })

  it('is paused for longer when that is said', () => {
    const bench = new Bench(tenPerSecond)
    bench.limiter.pause(1_000, 0)
    bench.clock.advance(900)
    bench.limiter.pause(1_000, bench.now)
    bench.clock.advance(999)
    expect(bench.takeAll()).toBe(0)
    bench.clock.advance(1)
    expect(bench.takeAll()).toBe(10)
    expect(bench.events.of('rate.paused')).toHaveLength(2)
  })

  it('tells nothing where nobody listens', () => {
    const events = { observed: false, emit: () => expect.fail('told') }
    const host = { name: 'openai', clock: new ManualClock(), random: new SeededRandom(), events }
    const limiter = new RateLimiter({ ...tenPerSecond, key: 'one' }, host)
    limiter.pause(1_000, 0)
    expect(limiter.waitMs(0, 0)).toBe(1_000)
  })
})
