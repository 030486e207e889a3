import {
  type Clock,
  classify,
  type Classifier,
  type ErrorClass,
  markExhausted,
  type Random,
} from '../../ports/index.js'
import type { Stoppable } from '../agent/index.js'
import type { Bulkhead } from './bulkhead/bulkhead.js'
import type { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import type { Deadlines } from './deadlines.js'
import { policyFailure } from './failures.js'
import type { Alternative } from './fallback.js'
import type { HedgeOptions } from './hedge.js'
import type { RateLimiter } from './rate-limit/rate-limiter.js'
import type { Retrying } from './retry/retrying.js'
import type { RetryBudget } from './retry/retry-budget.js'
import type { Try } from './try.js'

export interface LayersInit {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly deadlines: Deadlines
  readonly classifier: Classifier | undefined
  readonly alternatives: readonly Alternative[] | undefined
  readonly deadlineMs: number | undefined
  readonly retry: Retrying | undefined
  readonly retryBudget: RetryBudget | undefined
  readonly hedge: Required<HedgeOptions> | undefined
  readonly bulkhead: Bulkhead | undefined
  readonly limiter: RateLimiter | undefined
  readonly breaker: CircuitBreaker | undefined
  readonly timeoutMs: number | undefined
}

/** The layers of one policy at work, and the gates among them that each try passes: slot, rate, circuit. */
export class Layers implements LayersInit {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  /** All that this policy times; one timer. */
  readonly deadlines: Deadlines
  readonly classifier: Classifier | undefined
  readonly alternatives: readonly Alternative[] | undefined
  readonly deadlineMs: number | undefined
  readonly retry: Retrying | undefined
  readonly retryBudget: RetryBudget | undefined
  readonly hedge: Required<HedgeOptions> | undefined
  readonly bulkhead: Bulkhead | undefined
  readonly limiter: RateLimiter | undefined
  readonly breaker: CircuitBreaker | undefined
  readonly timeoutMs: number | undefined
  /** Whether the beginning of a try has to be timed. */
  readonly readsTime: boolean
  readonly #timesEnd: boolean
  readonly #init: LayersInit
  /** Those who wait to try again. */
  readonly waiting = new Set<Stoppable>()
  isClosed = false

  constructor(init: LayersInit) {
    this.#init = init
    this.name = init.name
    this.clock = init.clock
    this.random = init.random
    this.deadlines = init.deadlines
    this.classifier = init.classifier
    this.alternatives = init.alternatives
    this.deadlineMs = init.deadlineMs
    this.retry = init.retry
    this.retryBudget = init.retryBudget
    this.hedge = init.hedge
    this.bulkhead = init.bulkhead
    this.limiter = init.limiter
    this.breaker = init.breaker
    this.timeoutMs = init.timeoutMs
    const { breaker, limiter, timeoutMs, deadlineMs } = init
    this.readsTime =
      breaker?.measuresTime === true || limiter !== undefined || timeoutMs !== undefined || deadlineMs !== undefined
    this.#timesEnd = breaker?.measuresTime === true
  }

  /** The same layers, but for some: they share the gates. */
  but(changes: Partial<LayersInit>): Layers {
    return new Layers({ ...this.#init, ...changes })
  }

  /** Nothing is begun any more, nor tried again. */
  close(): void {
    this.isClosed = true
    const reason = policyFailure('policy.closed', { policy: this.name })
    for (const one of this.waiting) one.stop(reason)
  }

  classOf(error: unknown): ErrorClass {
    return classOf(error, this.classifier)
  }

  /** Why nothing can be begun now, and nothing else answers: an open circuit, which it takes no execution to find out. */
  get refusal(): Error | undefined {
    const { breaker, alternatives } = this
    if (breaker === undefined || breaker.isFree || alternatives !== undefined || !breaker.isShut) return undefined
    const { refusal } = breaker
    if (this.retry !== undefined) markExhausted(refusal)
    return refusal
  }

  /** Lets a try pass as many gates as are open: it may run, or waits at one, or was refused by one. */
  pass(attempt: Try, now: number): 'passed' | 'waits' | Error {
    const { stage } = attempt
    try {
      if (stage === 'begun' && !this.#takeSlot(attempt)) return 'waits'
      if (stage !== 'waiting-for-rate' && !this.#takeRate(attempt, now)) return 'waits'
    } catch (refusal) {
      return refusal as Error
    }
    const { breaker, timeoutMs } = this
    if (breaker !== undefined) {
      attempt.permit = breaker.tryAdmit(now)
      if (attempt.permit === 0) {
        this.limiter?.refund(attempt.units)
        this.bulkhead?.leave()
        return breaker.refusal
      }
    }
    attempt.stage = 'running'
    attempt.startedAt = now
    if (timeoutMs !== undefined) {
      const dueAt = now + timeoutMs
      // One that has to end before that anyway is ended by whoever waits for it.
      if (dueAt <= attempt.dueAt) {
        attempt.dueAt = dueAt
        this.deadlines.add(attempt)
      }
    }
    return 'passed'
  }

  /** A try that ran is over, with this outcome. */
  leave(attempt: Try, outcome: ErrorClass | 'succeeded'): void {
    attempt.stage = 'over'
    if (attempt.place >= 0) this.deadlines.remove(attempt)
    this.#report(attempt, outcome)
    this.bulkhead?.leave()
  }

  /**
   * Nobody waits for a try any more, however far it has come; that it took too long speaks against the other side. Its slot is free in a moment: those that wait for it may be
   * abandoned too, all at once, and must not be begun first, one by the other's end.
   */
  abandon(attempt: Try, tookTooLong: boolean): void {
    const { stage } = attempt
    attempt.stage = 'over'
    if (attempt.place >= 0) this.deadlines.remove(attempt)
    if (stage === 'running') this.#report(attempt, tookTooLong ? 'retry' : 'ignore')
    if (stage === 'waiting-for-slot') this.bulkhead?.quit(attempt)
    if (stage === 'waiting-for-rate') this.limiter?.quit(attempt)
    const { bulkhead } = this
    const hasSlot = stage === 'running' || stage === 'waiting-for-rate'
    if (bulkhead !== undefined && hasSlot) queueMicrotask(() => bulkhead.leave())
  }

  #report({ permit, startedAt }: Try, outcome: ErrorClass | 'succeeded'): void {
    const { breaker } = this
    if (breaker === undefined) return
    const now = this.#timesEnd ? this.clock.monotonic() : startedAt
    if (outcome === 'succeeded') breaker.succeeded(permit, now, startedAt)
    else if (outcome === 'fail') breaker.answered(permit, now, startedAt)
    else if (outcome === 'ignore') breaker.released(permit)
    else breaker.failed(permit, now, startedAt)
  }

  #takeSlot(attempt: Try): boolean {
    const { bulkhead } = this
    if (bulkhead === undefined || bulkhead.tryEnter()) return true
    bulkhead.wait(attempt)
    attempt.stage = 'waiting-for-slot'
    return false
  }

  #takeRate(attempt: Try, now: number): boolean {
    const { limiter } = this
    if (limiter === undefined) return true
    try {
      if (limiter.tryTake(attempt.units, now)) return true
      limiter.wait(attempt, now)
    } catch (refusal) {
      this.bulkhead?.leave()
      throw refusal
    }
    attempt.stage = 'waiting-for-rate'
    return false
  }
}

/** What an error means: to a classifier, or, where that does not know or fails itself, by the usual rules. */
export function classOf(error: unknown, classifier: Classifier | undefined): ErrorClass {
  if (classifier === undefined) return classify(error)
  try {
    return classifier(error) ?? classify(error)
  } catch {
    // Whatever becomes of its classifier, what a try holds has to be let go of.
    return classify(error)
  }
}
