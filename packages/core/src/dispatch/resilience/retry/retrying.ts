import type { Random } from '../../../ports/index.js'
import { type BackoffOptions, backoffMs } from './backoff.js'
import type { RetryLayer } from './retry.js'

/** A retry layer at work. */
export class Retrying {
  readonly attempts: number
  readonly maxRetryAfterMs: number
  readonly evenIfExhausted: boolean
  readonly #backoff: BackoffOptions

  constructor({ options }: RetryLayer) {
    this.attempts = options.attempts
    this.maxRetryAfterMs = options.maxRetryAfterMs
    this.evenIfExhausted = options.evenIfExhausted
    this.#backoff = options
  }

  /** How long to wait before the retry of this number. */
  backoffMs(retry: number, beforeMs: number, random: Random): number {
    return backoffMs(this.#backoff, retry, beforeMs, random)
  }
}
