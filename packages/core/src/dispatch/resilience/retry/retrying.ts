import { type Clock, isExhausted, type Random } from '../../../ports/index.js'
import { type BackoffOptions, backoffMs } from './backoff.js'
import type { RetryLayer } from './retry.js'
import type { RetryBudget } from './retry-budget.js'

/** The tries of an execution so far. */
export interface Tries {
  /** How many there were. */
  readonly attempts: number
  /** The moment when those under way began. */
  readonly moment: number
  /** The wait before the last of them. */
  readonly delayMs: number
  /** The other side asked to be left alone until then; like `dueAt`, on the monotonic clock. */
  readonly notBefore: number
  readonly dueAt: number
}

/** What decides with it. */
export interface Around {
  readonly clock: Clock
  readonly random: Random
  readonly retryBudget: RetryBudget | undefined
}

/** A retry layer at work. */
export class Retrying {
  readonly #options: RetryLayer['options']
  readonly #backoff: BackoffOptions

  constructor({ options }: RetryLayer) {
    this.#options = options
    this.#backoff = options
  }

  /** How long to wait before the next try, after this error and what it told to wait; nothing where there is to be none. */
  delayMs(tries: Tries, error: unknown, told: number | undefined, around: Around): number | undefined {
    const { attempts, maxRetryAfterMs, evenIfExhausted } = this.#options
    if (tries.attempts >= attempts) return undefined
    if (!evenIfExhausted && isExhausted(error, tries.moment)) return undefined
    if (told !== undefined && told > maxRetryAfterMs) return undefined
    const now = around.clock.monotonic()
    const ownMs = backoffMs(this.#backoff, tries.attempts, tries.delayMs, around.random)
    // Nobody comes back before it was told to; and those who were told the same do not come back at the same moment.
    const delayMs = ownMs + Math.max(0, tries.notBefore - now)
    if (now + delayMs >= tries.dueAt || around.retryBudget?.withdraw() === false) return undefined
    return delayMs
  }
}
