import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../ports/index.js'
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

  refusalOf(units = 0): unknown {
    try {
      this.wait('refused', units)
    } catch (refusal) {
      return refusal
    }
    return undefined
  }
}

const tenPerSecond = { requests: { limit: 10, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY }

describe('who waits for a rate', () => {
  it('is let in in order, as soon as there is room, by one timer', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    for (const name of ['a', 'b', 'c']) bench.wait(name)
    expect([bench.clock.pending, bench.clock.nextDueInMs, bench.limiter.queued]).toEqual([1, 100, 3])
    bench.clock.advance(250)
    expect(bench.clock.pending).toBe(1)
    bench.clock.advance(750)
    expect(bench.entered).toEqual(['a at 100', 'b at 200', 'c at 300'])
    expect([bench.clock.pending, bench.limiter.queued]).toEqual([0, 0])
  })

  it('is never passed by one who comes later, though that one needs less', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY })
    bench.limiter.tryTake(50, 0)
    bench.wait('large', 100)
    expect(bench.limiter.tryTake(1, bench.now)).toBe(false)
    bench.wait('small', 1)
    bench.clock.advance(1_000)
    expect(bench.entered).toEqual(['large at 500', 'small at 510'])
  })

  it('is not let in before wait returns, though there should be room', () => {
    const bench = new Bench(tenPerSecond)
    bench.wait('a')
    expect(bench.entered).toEqual([])
    bench.clock.advance(1)
    expect(bench.entered).toEqual(['a at 0'])
  })

  it('keeps the process alive while somebody waits: there is work still to be done', () => {
    const kept: (boolean | undefined)[] = []
    class Watched extends ManualClock {
      override schedule(delayMs: number, task: () => void, keepAlive?: boolean) {
        kept.push(keepAlive)
        return super.schedule(delayMs, task)
      }
    }
    const limiter = new RateLimiter(tenPerSecond, { name: 'openai', clock: new Watched(), random: new SeededRandom() })
    while (limiter.tryTake(0, 0));
    limiter.wait(new Bench(tenPerSecond).wait('other'), 0)
    const waiter = { units: 0, priority: 'low', line: undefined, before: undefined, after: undefined } as const
    limiter.wait({ ...waiter, entered: () => {} }, 0)
    expect(kept).toEqual([true])
  })

  it('may quit, and the next one is let in as soon as there is room for that', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY })
    bench.limiter.tryTake(90, 0)
    const large = bench.wait('large', 100)
    const small = bench.wait('small', 10)
    bench.wait('last', 10)
    bench.limiter.quit(small)
    bench.limiter.quit(small)
    bench.limiter.quit(large)
    expect(bench.entered).toEqual(['last at 0'])
    expect(bench.clock.pending).toBe(0)
    bench.limiter.quit(large)
    expect(bench.limiter.queued).toBe(0)
  })

  it('leaves no timer behind when all quit', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    for (const waiter of [bench.wait('a'), bench.wait('b')]) bench.limiter.quit(waiter)
    expect(bench.clock.pending).toBe(0)
  })

  it('may come again as it enters, behind the others', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    bench.wait('a', 0, () => void bench.wait('again'))
    bench.wait('b')
    bench.clock.advance(1_000)
    expect(bench.entered).toEqual(['a at 100', 'b at 200', 'again at 300'])
  })

  it('is let in though one before it threw as it entered', () => {
    const bench = new Bench(tenPerSecond)
    bench.takeAll()
    bench.wait('a', 0, () => {
      throw new TypeError('broken')
    })
    bench.wait('b')
    bench.clock.advance(1_000)
    expect(bench.entered).toEqual(['a at 100', 'b at 200'])
  })

  it('may give back what it was let in for as it enters: 100,000 do, one by the other', () => {
    const bench = new Bench({ ...tenPerSecond, queue: 100_000 })
    bench.takeAll()
    for (let waiter = 0; waiter < 100_000; waiter++) bench.wait(`${waiter}`, 0, () => bench.limiter.refund(0))
    bench.clock.advance(100)
    expect(bench.entered).toHaveLength(100_000)
    expect(bench.entered.at(-1)).toBe('99999 at 100')
    expect([bench.limiter.queued, bench.clock.pending]).toEqual([0, 0])
  })

  it('is refused at once where it may not wait at all', () => {
    const bench = new Bench({ requests: { limit: 10, perMs: 1_000 } })
    bench.takeAll()
    const refusal = bench.refusalOf()
    expect(isFailure(refusal, 'rate.limited')).toBe(true)
    expect(refusal).toMatchObject({ retryable: true, details: { limiter: 'openai', waitMs: 100 } })
    expect(String(refusal)).toContain('The rate limit openai leaves room only in 100 ms.')
    expect(bench.clock.pending).toBe(0)
  })

  it('is refused when it would take longer than it may, with those before it counted', () => {
    const bench = new Bench({ ...tenPerSecond, maxWaitMs: 250 })
    bench.takeAll()
    bench.wait('a')
    bench.wait('b')
    expect(bench.refusalOf()).toMatchObject({ details: { waitMs: 300 } })
    bench.clock.advance(50)
    bench.wait('c')
    bench.clock.advance(1_000)
    expect(bench.entered).toEqual(['a at 100', 'b at 200', 'c at 300'])
  })

  it('is refused when enough wait', () => {
    const bench = new Bench({ ...tenPerSecond, queue: 2 })
    bench.takeAll()
    bench.wait('a')
    bench.wait('b')
    expect(bench.refusalOf()).toMatchObject({ code: 'rate.limited', details: { waitMs: 300 } })
    expect(bench.limiter.queued).toBe(2)
  })

  it('is refused when it needs more than there ever is', () => {
    const bench = new Bench({ units: { limit: 100, perMs: 1_000 }, maxWaitMs: Number.POSITIVE_INFINITY })
    const refusal = bench.refusalOf(101)
    expect(refusal).toMatchObject({ retryable: false, details: { waitMs: Number.POSITIVE_INFINITY } })
    expect(String(refusal)).toContain('The rate limit openai never leaves room for so much at once.')
    expect(bench.limiter.waitMs(101, bench.now)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is told exactly how long, where both requests and units are counted', () => {
    const bench = new Bench({
      requests: { limit: 1, perMs: 1_000 },
      units: { limit: 10, perMs: 1_000 },
      maxWaitMs: Number.POSITIVE_INFINITY,
    })
    bench.limiter.tryTake(10, 0)
    const waits = [20, 1, 10].map((units) => {
      const waitMs = bench.limiter.waitMs(Math.min(units, 10), bench.now)
      bench.wait(`${units}`, Math.min(units, 10))
      return waitMs
    })
    bench.clock.advance(10_000)
    expect(bench.entered).toEqual(waits.map((waitMs, index) => `${[20, 1, 10][index]} at ${waitMs}`))
    expect(waits).toEqual([1_000, 2_000, 3_000])
  })
})
