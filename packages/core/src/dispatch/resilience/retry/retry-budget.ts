import type { Clock } from '../../../ports/index.js'

export interface RetryBudgetOptions {
  /** How many retries each first try allows for. */
  readonly ratio: number
  /** How many retries there are to begin with, and at most for those who call seldom. */
  readonly burst: number
  /** How many retries time allows for, whatever is called. */
  readonly perSecond: number
}

/**
 * How many retries a scope may still make. When everything fails, retries are a fixed share of the load, and not a multiple
 * of it that keeps the other side down.
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions
  readonly #clock: Clock
  readonly #most: number
  #balance: number
  #refilledAt: number

  constructor(options: RetryBudgetOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    // What quiet times have saved up must not become a storm later.
    this.#most = Math.max(1, options.burst * 5)
    this.#balance = options.burst
    this.#refilledAt = clock.monotonic()
  }

  /** A first try was made. */
  deposit(): void {
    this.#balance = Math.min(this.#most, this.#balance + this.#options.ratio)
  }

  /** Takes what one retry costs; false when there is not enough left. */
  withdraw(): boolean {
    const now = this.#clock.monotonic()
    const refill = ((now - this.#refilledAt) / 1_000) * this.#options.perSecond
    this.#refilledAt = now
    this.#balance = Math.min(this.#most, this.#balance + refill)
    if (this.#balance < 1) return false
    this.#balance -= 1
    return true
  }
}
