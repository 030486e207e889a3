import type { PolicyAttempt, Priority } from '../../ports/index.js'
import type { Stoppable, TryOfCall } from '../agent/index.js'
import type { Deadlined } from './deadlines.js'
import type { RateWaiter } from './rate-limit/rate-limiter.js'
import type { Waiter, WaitingLine } from './waiting-line.js'

/** Who has begun a try, and is told how it goes on. */
export interface Trying {
  readonly priority: Priority
  readonly units: number
  /** It waited, and may go on. */
  entered(attempt: Try): void
  timedOut(attempt: Try): void
}

/** How far a try has come. */
export type Stage = 'begun' | 'waiting-for-slot' | 'waiting-for-rate' | 'running' | 'over'

/** One try of an execution: where it stands, what it holds, and the signal that tells its work to stop. */
export class Try implements Deadlined, RateWaiter, PolicyAttempt, TryOfCall {
  /** 1 for the first. */
  readonly attempt: number
  stage: Stage = 'begun'
  /** What the circuit breaker let it pass with. */
  permit = 0
  startedAt = 0
  dueAt = Number.POSITIVE_INFINITY
  place = -1
  line: WaitingLine | undefined
  before: Waiter | undefined
  after: Waiter | undefined
  readonly #by: Trying
  #controller: AbortController | undefined
  #isStopped = false
  #reason: unknown
  #children: Set<Stoppable> | undefined

  constructor(by: Trying, attempt: number) {
    this.#by = by
    this.attempt = attempt
  }

  get priority(): Priority {
    return this.#by.priority
  }

  get units(): number {
    return this.#by.units
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isStopped) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.stage === 'over'
  }

  entered(): void {
    this.#by.entered(this)
  }

  expire(): void {
    this.#by.timedOut(this)
  }

  /** Has something stop with the try. */
  adopt(child: Stoppable): void {
    this.#children ??= new Set()
    this.#children.add(child)
  }

  disown(child: Stoppable): void {
    this.#children?.delete(child)
  }

  /** Tells the work, and what it began, that nobody waits for it any more. */
  stop(reason: unknown): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#reason = reason
    this.#controller?.abort(reason)
    this.stopChildren(reason)
  }

  /** Stops what the work began and did not wait for. */
  stopChildren(reason: unknown): void {
    if (this.#children === undefined || this.#children.size === 0) return
    for (const child of this.#children) child.stop(reason)
  }
}
