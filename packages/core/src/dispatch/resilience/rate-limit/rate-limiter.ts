import { type AgentMessage, type PolicyHost, type Scheduled, shown } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'
import { type Waiter, WaitingLine } from '../waiting-line.js'
import { type RateLimitOptions, type RateLimitSettings, rateLimitSettings } from './rate-limit-layer.js'
import { TokenBucket } from './token-bucket.js'

/** Someone who waits for its turn, and how many units it needs. */
export interface RateWaiter extends Waiter {
  readonly units: number
}

/** Shorter than any wait that matters, and long enough to make a difference to a clock that has run for years. */
const shortestWaitMs = 0.001

/**
 * Bounds how often something is done, and how much of something it needs. Who has to wait is let in, in the order in which
 * they came, unless it quits. Times are of the monotonic clock; units are those that a call needs, from 0.
 */
export class RateLimiter {
  readonly #host: PolicyHost
  readonly #settings: RateLimitSettings
  readonly #name: string
  readonly #requests: TokenBucket | undefined
  readonly #units: TokenBucket | undefined
  readonly #line = new WaitingLine<RateWaiter>()
  /** Nobody goes before. */
  #pausedUntil = Number.NEGATIVE_INFINITY
  #timer: Scheduled | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #letting = false

  constructor(options: RateLimitOptions, host: PolicyHost) {
    this.#settings = rateLimitSettings(options)
    this.#host = host
    const { requests, units, key } = this.#settings
    this.#name = key ?? host.name
    const now = host.clock.monotonic()
    this.#requests = requests && new TokenBucket(requests, now)
    this.#units = units && new TokenBucket(units, now)
  }

  /** How many wait. */
  get queued(): number {
    return this.#line.length
  }

  /** How many units a message needs: as `of` says, 1 where it does not, 0 where units are not counted. */
  unitsOf(message: AgentMessage): number {
    const { units } = this.#settings
    if (units === undefined) return 0
    const count = units.of === undefined ? 1 : units.of(message)
    return this.#checked(count)
  }

  /** Whether there was room and nobody waits, which is then taken. */
  tryTake(units: number, now: number): boolean {
    this.#checked(units)
    if (this.#line.length > 0 || !this.#hasRoom(units, now)) return false
    this.#take(units)
    return true
  }

  /**
   * Waits for room, or throws when that would take longer than it may, or for ever, or when enough wait already. Its
   * `entered` is called later, never before this returns.
   */
  wait(waiter: RateWaiter, now: number): void {
    const units = this.#checked(waiter.units)
    const { maxWaitMs, queue } = this.#settings
    const isFull = this.#line.length >= queue
    // Where nothing bounds the wait, only what never comes is refused.
    if (isFull || maxWaitMs !== Number.POSITIVE_INFINITY || !this.#canEver(units)) {
      const waitMs = Math.ceil(this.waitMs(units, now))
      if (isFull || waitMs > maxWaitMs || waitMs === Number.POSITIVE_INFINITY) {
        throw policyFailure('rate.limited', { limiter: this.#name, waitMs })
      }
    }
    this.#line.add(waiter)
    if (!this.#letting) this.#arm(now)
  }

  /** Stops waiting; nothing if it does not wait here. */
  quit(waiter: RateWaiter): void {
    const wasFirst = this.#line.first === waiter
    this.#line.remove(waiter)
    // The next one may need less.
    if (wasFirst) this.#letIn(this.#host.clock.monotonic())
  }

  /** The call was not made after all: gives back what was taken for it. */
  refund(units: number): void {
    this.#putBack(1, this.#checked(units))
  }

  /**
   * A call needed more or less than was taken for it; more is owed, and nobody goes before it is there. What is no number
   * from 0 says nothing, and is passed over.
   */
  settle(reserved: number, actual: number): void {
    if (!isCount(actual)) return
    this.#putBack(0, this.#checked(reserved) - actual)
  }

  /** Nobody goes for so long, as the other side said; a pause that ends later stays. */
  pause(ms: number, now: number): void {
    if (!Number.isFinite(ms) || now + ms <= this.#pausedUntil || ms <= 0) return
    this.#pausedUntil = now + ms
    const { events } = this.#host
    if (events?.observed) events.emit('rate.paused', { limiter: this.#name, pauseMs: ms })
  }

  /** How long one who came now would wait, if nothing changes: Infinity for more units than there ever are. */
  waitMs(units: number, now: number): number {
    if (!this.#canEver(this.#checked(units))) return Number.POSITIVE_INFINITY
    const turn = new Turn(this.#requests, this.#units, Math.max(0, this.#pausedUntil - now), now)
    for (let one = this.#line.first; one !== undefined; one = one.after as RateWaiter | undefined) turn.next(one.units)
    turn.next(units)
    return turn.inMs
  }

  #canEver(units: number): boolean {
    return this.#units === undefined || units <= this.#units.burst
  }

  #hasRoom(units: number, now: number): boolean {
    if (now < this.#pausedUntil) return false
    if (this.#requests !== undefined && !this.#requests.has(1, now)) return false
    return this.#units === undefined || this.#units.has(units, now)
  }

  #take(units: number): void {
    this.#requests?.take(1)
    this.#units?.take(units)
  }

  #putBack(requests: number, units: number): void {
    const now = this.#host.clock.monotonic()
    this.#requests?.put(requests, now)
    this.#units?.put(units, now)
    this.#letIn(now)
  }

  /** Lets in all for whom there is room, and sees to it that the next is let in when there is. */
  #letIn(now: number): void {
    // Who is let in may come back for more: one loop serves all.
    if (this.#letting) return
    this.#letting = true
    try {
      for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
        if (!this.#hasRoom(first.units, now)) break
        this.#take(first.units)
        this.#line.shift()
        first.entered()
      }
    } finally {
      this.#letting = false
      this.#arm(now)
    }
  }

  /** A timer that is too early stays: it finds no room, and is set anew. */
  #arm(now: number): void {
    const { first } = this.#line
    if (first === undefined) return this.#disarm()
    const turn = new Turn(this.#requests, this.#units, Math.max(0, this.#pausedUntil - now), now)
    turn.next(first.units)
    const dueAt = now + Math.max(turn.inMs, shortestWaitMs)
    if (dueAt >= this.#timerAt) return
    this.#disarm()
    this.#timerAt = dueAt
    const letIn = () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#letIn(this.#host.clock.monotonic())
    }
    // There is work still to be done: a process with nothing else to do must live to do it.
    this.#timer = this.#host.clock.schedule(dueAt - this.#host.clock.monotonic(), letIn, true)
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #checked(units: number): number {
    if (isCount(units)) return units
    const expected = 'a function that returns a number from 0'
    throw policyFailure('policy.invalid_option', {
      layer: 'rateLimit',
      option: 'units.of',
      received: shown(units),
      expected,
    })
  }
}

function isCount(units: number): boolean {
  // A function of a user may return anything: '5' and null compare as numbers do.
  return typeof units === 'number' && units >= 0 && units < Number.POSITIVE_INFINITY
}

/** Goes through those who wait, and knows when the turn of each is. */
class Turn {
  inMs = 0
  readonly #requests: TokenBucket | undefined
  readonly #units: TokenBucket | undefined
  #requestLevel: number
  #unitLevel: number

  constructor(requests: TokenBucket | undefined, units: TokenBucket | undefined, pausedMs: number, now: number) {
    this.#requests = requests
    this.#units = units
    this.#requestLevel = requests?.levelAt(now) ?? 0
    this.#unitLevel = units?.levelAt(now) ?? 0
    this.#pass(pausedMs)
  }

  next(units: number): void {
    const requestMs = this.#requests?.msBetween(this.#requestLevel, 1) ?? 0
    this.#pass(Math.max(requestMs, this.#units?.msBetween(this.#unitLevel, units) ?? 0))
    this.#requestLevel--
    this.#unitLevel -= units
  }

  #pass(ms: number): void {
    this.inMs += ms
    this.#requestLevel = this.#requests?.levelAfter(ms, this.#requestLevel) ?? 0
    this.#unitLevel = this.#units?.levelAfter(ms, this.#unitLevel) ?? 0
  }
}
