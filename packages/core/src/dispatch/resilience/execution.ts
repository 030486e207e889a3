import { type ErrorClass, markExhausted, nextMoment, type Priority, type Scheduled } from '../../ports/index.js'
import type { MaybePromise, Stoppable } from '../agent/index.js'
import type { Deadlined } from './deadlines.js'
import { type Alternative, firstAnswer } from './fallback.js'
import { policyFailure } from './failures.js'
import type { Layers } from './layers.js'
import { rejected } from './rejected.js'
import { retryAfterOf } from './retry/retry-after.js'
import type { Tries } from './retry/retrying.js'
import { Try, type Trying } from './try.js'

/**
 * One execution of some work under a policy, from the first try to the outcome. What can be done at once is done at once: a
 * promise is made only where there is something to wait for.
 */
export abstract class Execution implements Deadlined, Stoppable, Tries, Trying {
  /** How often the work was begun. */
  attempts = 0
  /** How long it waited in all: for slots, for rates, between tries. */
  waitedMs = 0
  dueAt = Number.POSITIVE_INFINITY
  place = -1
  protected readonly layers: Layers
  delayMs = 0
  notBefore = 0
  moment = 0
  protected lastError: unknown
  #outcome: 'succeeded' | 'failed' | undefined
  #value: unknown
  #resolve: ((value: unknown) => void) | undefined
  #reject: ((error: unknown) => void) | undefined
  #newest: Try | undefined
  /** Tries beside the newest, where there are any. */
  #others: Set<Try> | undefined
  #timer: Scheduled | undefined
  /** Since when it waits, where it does. */
  #waitsSince: number | undefined
  /** How many tries were begun beside the first of those under way. */
  #beside = 0

  constructor(layers: Layers) {
    this.layers = layers
  }

  abstract get priority(): Priority
  abstract get units(): number
  /** Whether, when nobody waits any more, that is because the work took too long. */
  protected abstract get isLate(): boolean
  /** Does the work once. */
  protected abstract work(attempt: Try): unknown
  /** Has something else answer. */
  protected abstract instead(alternative: Alternative, failure: unknown): unknown
  /** The failure of having been stopped. */
  protected abstract stoppedBy(reason: unknown): unknown
  /** A try begins that is not the first: after the wait and the failure before it, or beside another one. */
  protected abstract again(attempt: Try, isBeside: boolean): void
  protected abstract fellBack(failure: unknown): void
  /** There is no outcome yet: whoever may stop it has to know of it. */
  protected abstract begun(): void
  /** There is an outcome. */
  protected abstract ended(): void

  /** Returns what comes of it, if that is there at once and is no failure; else a promise of it. */
  run(now: number): MaybePromise<unknown> {
    const { layers } = this
    layers.retryBudget?.deposit()
    const dueAt = now + (layers.deadlineMs ?? Number.POSITIVE_INFINITY)
    // What has to end before that anyway is ended by whoever waits for it.
    if (dueAt < this.dueAt) {
      this.dueAt = dueAt
      layers.deadlines.add(this)
    }
    this.#begin(now)
    return this.#outcome === 'succeeded' ? this.#value : this.#promise()
  }

  /** Goes on after a first try that was made without it, with this permit, after this moment, and failed. */
  goOn(error: unknown, permit: number, moment: number): Promise<unknown> {
    this.attempts = 1
    this.moment = moment
    const attempt = new Try(this, 1)
    attempt.stage = 'running'
    attempt.permit = permit
    this.#newest = attempt
    this.#failed(attempt, error)
    return this.#promise()
  }

  /** Nobody waits for the outcome any more. */
  stop(reason: unknown): void {
    if (this.#outcome !== undefined) return
    this.#abandonAll(reason, this.isLate)
    this.#fail(this.stoppedBy(reason))
  }

  /** All tries together took too long. */
  expire(): void {
    const { name, deadlineMs = 0 } = this.layers
    const { attempts, lastError } = this
    const failure = policyFailure('policy.deadline_exceeded', { policy: name, deadlineMs, attempts }, lastError)
    this.#abandonAll(failure, true)
    this.#giveUp(failure, 'retry')
  }

  /** A try has waited long enough and may go on. */
  entered(attempt: Try): void {
    this.#pass(attempt, this.#waitIsOver())
  }

  timedOut(attempt: Try): void {
    const { name, timeoutMs = 0 } = this.layers
    const failure = policyFailure('policy.try_timed_out', { policy: name, timeoutMs })
    this.#failed(attempt, failure)
    attempt.stop(failure)
  }

  #begin(now: number): void {
    const attempt = new Try(this, this.attempts + 1)
    attempt.dueAt = this.dueAt
    if (this.#newest?.isOver === false) {
      this.#others ??= new Set()
      this.#others.add(this.#newest)
      this.#beside += 1
    } else {
      this.#beside = 0
      this.moment = nextMoment()
    }
    this.#newest = attempt
    this.#pass(attempt, now)
  }

  #pass(attempt: Try, now: number): void {
    const passed = this.layers.pass(attempt, now)
    if (passed === 'passed') {
      this.attempts += 1
      if (attempt.attempt > 1) this.again(attempt, this.#others !== undefined && this.#others.size > 0)
      // Whoever was told of it may have stopped it.
      if (this.#outcome === undefined) this.#work(attempt)
      else this.layers.abandon(attempt, false)
    } else if (passed === 'waits') {
      this.#waitsSince = this.layers.clock.monotonic()
    } else {
      // Nothing was called, and to ask again at once would change nothing.
      attempt.stage = 'over'
      if (!this.#othersGoOn(attempt)) this.#giveUp(passed, 'retry')
    }
  }

  #work(attempt: Try): void {
    let result: unknown
    let isPromised: boolean
    try {
      result = this.work(attempt)
      isPromised = typeof (result as PromiseLike<unknown> | undefined | null)?.then === 'function'
    } catch (error) {
      return this.#failed(attempt, error)
    }
    if (!isPromised) return this.#succeeded(attempt, result)
    if (this.layers.hedge !== undefined && !attempt.isOver) this.#hedgeLater(this.layers.hedge.afterMs)
    // Made into a promise of ours, as `await` would: what a foreign `then` returns is anybody's guess.
    void Promise.resolve(result).then(
      (value) => this.#succeeded(attempt, value),
      (error: unknown) => this.#failed(attempt, error),
    )
  }

  #succeeded(attempt: Try, value: unknown): void {
    // Its time was up, or another one was faster.
    if (attempt.isOver) return
    this.layers.leave(attempt, 'succeeded')
    if (this.#others !== undefined)
      this.#abandonAll(policyFailure('policy.overtaken', { policy: this.layers.name }), false)
    this.#succeed(value)
  }

  #failed(attempt: Try, error: unknown): void {
    if (attempt.isOver) return
    const { layers } = this
    const kind = layers.classOf(error)
    layers.leave(attempt, kind)
    // What it began and did not wait for would go on beside the next try.
    attempt.stopChildren(error)
    this.lastError = error
    const told = kind === 'retry' ? retryAfterOf(error, () => layers.clock.now()) : undefined
    if (told !== undefined && told > 0) {
      const now = layers.clock.monotonic()
      this.notBefore = Math.max(this.notBefore, now + told)
      layers.limiter?.pause(told, now)
    }
    // Whoever heard of it, or got its slot, may have stopped all of it. Else one beside it may still succeed.
    if (this.#outcome !== undefined || this.#othersGoOn(attempt)) return
    const delayMs = kind === 'retry' ? layers.retry?.delayMs(this, error, told, layers) : undefined
    if (delayMs === undefined) this.#giveUp(error, kind)
    else this.#retryIn(delayMs)
  }

  #retryIn(delayMs: number): void {
    const { clock, waiting } = this.layers
    this.delayMs = delayMs
    this.#waitsSince = clock.monotonic()
    this.#timer?.cancel()
    waiting.add(this)
    const again = () => {
      waiting.delete(this)
      this.#begin(this.#waitIsOver())
    }
    // There is work still to be done: a process with nothing else to do must live to do it.
    this.#timer = clock.schedule(delayMs, again, true)
  }

  #hedgeLater(afterMs: number): void {
    const { clock, hedge, retryBudget } = this.layers
    this.#timer?.cancel()
    this.#timer = clock.schedule(afterMs, () => {
      const now = clock.monotonic()
      if (this.#newest?.isOver !== false || this.#beside >= (hedge?.extra ?? 0) || now < this.notBefore) return
      if (retryBudget?.withdraw() !== false) this.#begin(now)
    })
  }

  #giveUp(error: unknown, kind: ErrorClass): void {
    const { retry, alternatives } = this.layers
    this.#timer?.cancel()
    if (retry !== undefined && kind === 'retry') markExhausted(error)
    if (alternatives === undefined || kind === 'ignore') return this.#fail(error)
    // The deadline was for the tries.
    if (this.place >= 0) this.layers.deadlines.remove(this)
    this.fellBack(error)
    const answer = (one: Alternative, failure: unknown) => this.instead(one, failure)
    void firstAnswer(alternatives, error, answer, () => this.#outcome !== undefined).then(
      (value) => this.#succeed(value),
      (failure: unknown) => this.#fail(failure),
    )
  }

  /** Whether tries are under way beside one that is over. */
  #othersGoOn(attempt: Try): boolean {
    this.#others?.delete(attempt)
    if (this.#newest?.isOver === false) return true
    const [other] = this.#others ?? []
    if (other === undefined) return false
    this.#others?.delete(other)
    this.#newest = other
    return true
  }

  #abandonAll(reason: unknown, tookTooLong: boolean): void {
    for (const one of [this.#newest, ...(this.#others ?? [])]) {
      if (one === undefined || one.isOver) continue
      this.layers.abandon(one, tookTooLong)
      one.stop(reason)
    }
    this.#others?.clear()
    this.#timer?.cancel()
    if (this.#waitsSince !== undefined) this.#waitIsOver()
  }

  #waitIsOver(): number {
    const now = this.layers.clock.monotonic()
    this.waitedMs += now - (this.#waitsSince ?? now)
    this.#waitsSince = undefined
    return now
  }

  #promise(): Promise<unknown> {
    if (this.#outcome === 'succeeded') return Promise.resolve(this.#value)
    if (this.#outcome === 'failed') return rejected(this.lastError)
    this.begun()
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  #succeed(value: unknown): void {
    if (this.#outcome !== undefined) return
    this.#value = value
    this.#end('succeeded')
    this.#resolve?.(value)
  }

  #fail(error: unknown): void {
    if (this.#outcome !== undefined) return
    this.lastError = error
    this.#end('failed')
    this.#reject?.(error)
  }

  #end(outcome: 'succeeded' | 'failed'): void {
    this.#outcome = outcome
    this.layers.waiting.delete(this)
    this.#timer?.cancel()
    if (this.place >= 0) this.layers.deadlines.remove(this)
    this.ended()
  }
}
