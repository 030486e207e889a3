import type { Circuit, CircuitSnapshot, CircuitState, Failure, PolicyHost } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'
import { CallRecord } from './call-record.js'
import {
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  circuitBreakerSettings,
} from './circuit-breaker-options.js'
import { checkedSnapshot } from './circuit-snapshot.js'

/**
 * Lets calls through, or refuses them: closed, open for a while, half-open to see whether calls succeed again, or isolated
 * by hand. Whoever is admitted reports once how it went, with the permit it was given; what is reported with a permit from
 * before the last change of state is dropped.
 *
 * Times are of the monotonic clock and do not go back. `admit` may be given NaN: then it reads the clock itself where it has
 * to. The others look at `now` and `startedAt` only when `measuresTime`, and at `startedAt` only when slow calls open it too;
 * what is not looked at may be anything, NaN as well.
 */
export class CircuitBreaker implements Circuit {
  /** Whether it has to be told when calls end. */
  readonly measuresTime: boolean
  readonly #host: PolicyHost
  readonly #settings: CircuitBreakerSettings
  readonly #name: string
  readonly #record: CallRecord
  #state: CircuitState = 'closed'
  /** Closed, and not for so short a time that only a share is let through: calls are only counted. */
  #free = true
  #generation = 1
  /** How many breaks there were without recovery in between. */
  #breaks = 0
  #because = ''
  /** While open, when the break ends; while closed and not free, when the ramp does. */
  #until = 0
  /** While half-open or in the ramp, how many calls are under way. */
  #underWay = 0
  /** While half-open, how many went well, and since when no verdict came though one was due. */
  #good = 0
  #silentSince = 0
  /** Made once for each state and thrown again: an error with a stack costs more than all the rest. */
  #refusal: Failure | undefined

  constructor(options: CircuitBreakerOptions, host: PolicyHost) {
    this.#settings = circuitBreakerSettings(options)
    this.#host = host
    this.#name = this.#settings.key ?? host.name
    this.#record = new CallRecord(this.#settings)
    this.measuresTime = this.#record.measuresTime
  }

  /** It becomes half-open, and closed for good, when the first call asks for it after the time; there is no timer. */
  get state(): CircuitState {
    return this.#state
  }

  /** Closed for good: every call is let through, and none is waited for. */
  get isFree(): boolean {
    return this.#free
  }

  /** Open, and not for a break that is over: every call is refused. */
  get isShut(): boolean {
    if (this.#state === 'isolated') return true
    return this.#state === 'open' && this.#host.clock.monotonic() < this.#until
  }

  /** A permit to make one call, or the refusal thrown; a throw costs far more than `tryAdmit`. */
  admit(now: number): number {
    const permit = this.tryAdmit(now)
    if (permit === 0) throw this.refusal
    return permit
  }

  /** A permit to make one call, or 0: then `refusal` says why not. */
  tryAdmit(now: number): number {
    if (this.#free) return this.#generation
    return this.#consider(Number.isNaN(now) ? this.#host.clock.monotonic() : now)
  }

  /** Why the last call was refused: one and the same failure until the state changes. */
  get refusal(): Failure {
    this.#refusal ??= this.#makeRefusal()
    return this.#refusal
  }

  /** The call succeeded, though perhaps it was slow. */
  succeeded(permit: number, now: number, startedAt: number): void {
    if (permit !== this.#generation) return
    const slow = this.#record.isSlow(now, startedAt)
    if (this.#free) this.#count(false, slow, now)
    else this.#judge(false, slow, now)
  }

  /** The call failed, by a fault of the other side or of the way to it. */
  failed(permit: number, now: number, startedAt: number): void {
    if (permit !== this.#generation) return
    const slow = this.#record.isSlow(now, startedAt)
    if (this.#free) this.#count(true, slow, now)
    else this.#judge(true, slow, now)
  }

  /** The request was at fault: the other side is well enough to say so, which counts only while that is the question. */
  answered(permit: number, now: number, _startedAt: number): void {
    if (permit !== this.#generation || this.#free) return
    if (this.#state === 'half-open') this.#judge(false, false, now)
    else this.#underWay--
  }

  /** The call was cancelled, or not made: it says nothing, and its permit is free for another. */
  released(permit: number): void {
    if (permit === this.#generation && !this.#free) this.#underWay--
  }

  /** Opens it until it is reset. */
  isolate(): void {
    if (this.#state === 'isolated') return
    this.#enter('isolated')
    if (this.#host.events?.observed) this.#host.events.emit('circuit.isolated', { circuit: this.#name })
  }

  /** Closes it, whatever it was, and forgets all that it counted. */
  reset(): void {
    const wasClosed = this.#state === 'closed'
    this.#breaks = 0
    this.#close(0, 0)
    if (!wasClosed) this.#tellClosed()
  }

  /** What is worth remembering; what it counted while closed is not. */
  export(): CircuitSnapshot {
    const state = this.#state
    const now = this.#host.clock.monotonic()
    if (state === 'closed' && this.#isOverRamp(now)) return { state, breaks: 0 }
    if (state !== 'open') return { state, breaks: this.#breaks }
    const left = Math.max(0, this.#until - now)
    return { state, breaks: this.#breaks, because: this.#because, until: Math.ceil(this.#host.clock.now() + left) }
  }

  /**
   * Goes on from a snapshot, which is checked: one that was half-open tries at once, one that had closed without recovery
   * yet lets a growing share through. No break is longer than the longest, whatever became of the wall clock meanwhile.
   */
  restore(snapshot: unknown): void {
    const { state, breaks, because, until = 0 } = checkedSnapshot(snapshot)
    if (state === 'isolated') {
      this.#breaks = breaks
      return this.isolate()
    }
    const now = this.#host.clock.monotonic()
    if (state === 'closed') {
      const wasClosed = this.#state === 'closed'
      this.#breaks = breaks
      this.#close(now, breaks > 0 ? this.#settings.halfOpen.rampMs : 0)
      if (!wasClosed) this.#tellClosed()
      return
    }
    this.#breaks = Math.max(1, breaks)
    const left = Math.max(0, until - this.#host.clock.now())
    this.#open(because ?? 'it was open before', now, Math.min(left, this.#settings.maxBreakMs))
  }

  #count(failed: boolean, slow: boolean, now: number): void {
    const because = this.#record.add(failed, slow, now)
    if (because !== undefined) this.#trip(because, this.#timeOf(now))
  }

  /** What to do with a call that is not merely counted: it is a probe, or one of the share that a ramp lets through. */
  #judge(failed: boolean, slow: boolean, now: number): void {
    this.#underWay--
    if (this.#state === 'closed') return this.#count(failed, slow, now)
    const at = this.#timeOf(now)
    if (failed) return this.#trip('a call that tried it failed again', at)
    if (slow) return this.#trip('a call that tried it was slow again', at)
    this.#good++
    this.#silentSince = at
    if (this.#good < this.#settings.halfOpen.permits) return
    this.#close(at, this.#settings.halfOpen.rampMs)
    this.#tellClosed()
  }

  #consider(now: number): number {
    if (this.#is('open') && now >= this.#until) this.#halfOpen(now)
    // Whoever was told of this may have changed the state.
    if (this.#is('half-open')) return this.#probe(now)
    return this.#is('closed') ? this.#climb(now) : 0
  }

  #probe(now: number): number {
    const { permits, maxWaitMs } = this.#settings.halfOpen
    if (this.#underWay > 0 && now - this.#silentSince >= maxWaitMs) {
      this.#trip(`no call that tried it ended within ${maxWaitMs} ms`, now)
      return this.tryAdmit(now)
    }
    if (this.#underWay + this.#good >= permits) return 0
    if (this.#underWay === 0) this.#silentSince = now
    this.#underWay++
    return this.#generation
  }

  /** As many at once as may try a half-open circuit, and beyond these by chance: ever more as the ramp goes on. */
  #climb(now: number): number {
    if (this.#free) return this.#generation
    const { permits, rampMs } = this.#settings.halfOpen
    if (this.#isOverRamp(now)) {
      this.#free = true
      return this.#generation
    }
    if (this.#underWay >= permits && this.#host.random.next() >= 1 - (this.#until - now) / rampMs) return 0
    this.#underWay++
    return this.#generation
  }

  #trip(because: string, now: number): void {
    const { breakMs, growth, maxBreakMs, jitter } = this.#settings
    if (this.#state === 'closed' && this.#isOverRamp(now)) this.#breaks = 0
    const wanted = Math.min(breakMs * growth ** this.#breaks, maxBreakMs)
    const chance = 1 + jitter * (2 * this.#host.random.next() - 1)
    this.#breaks++
    this.#open(because, now, Math.min(wanted * chance, maxBreakMs))
  }

  #open(because: string, now: number, breakMs: number): void {
    this.#enter('open')
    this.#because = because
    this.#until = now + breakMs
    const { events } = this.#host
    if (events?.observed) events.emit('circuit.opened', { circuit: this.#name, because, breakMs })
  }

  #halfOpen(now: number): void {
    this.#enter('half-open')
    this.#good = 0
    this.#silentSince = now
    this.#because = 'a few calls are trying it'
    this.#until = now
    if (this.#host.events?.observed) this.#host.events.emit('circuit.half_opened', { circuit: this.#name })
  }

  #close(now: number, rampMs: number): void {
    this.#enter('closed')
    this.#record.clear()
    this.#free = rampMs === 0
    this.#because = 'it has just closed, and lets only a growing share of the calls through'
    this.#until = now + rampMs
  }

  #tellClosed(): void {
    if (this.#host.events?.observed) this.#host.events.emit('circuit.closed', { circuit: this.#name })
  }

  #enter(state: CircuitState): void {
    this.#state = state
    this.#free = false
    this.#generation++
    this.#underWay = 0
    this.#refusal = undefined
  }

  #is(state: CircuitState): boolean {
    return this.#state === state
  }

  #isOverRamp(now: number): boolean {
    return now >= this.#until
  }

  #timeOf(now: number): number {
    return this.measuresTime ? now : this.#host.clock.monotonic()
  }

  #makeRefusal(): Failure {
    if (this.#state === 'isolated') return policyFailure('circuit.isolated', { circuit: this.#name })
    const { clock } = this.#host
    const until = Math.ceil(clock.now() + Math.max(0, this.#until - clock.monotonic()))
    return policyFailure('circuit.open', { circuit: this.#name, because: this.#because, until })
  }
}
