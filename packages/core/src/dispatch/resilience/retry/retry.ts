import { groupFault, optionFault } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'
import type { BackoffOptions, Jitter } from './backoff.js'
import type { RetryBudgetOptions } from './retry-budget.js'

/** When and how often a failed try is followed by another one. */
export interface RetryOptions {
  /** How many tries there are in all, the first included: 3. */
  readonly attempts?: number | undefined
  /** The first wait, doubled with each further retry: 100. */
  readonly baseMs?: number | undefined
  /** The longest wait, unless the other side asked for a longer one: 10,000. */
  readonly capMs?: number | undefined
  /** How chance spreads the waits: `full`. */
  readonly jitter?: Jitter | undefined
  /** The longest wait that the other side may ask for; if it wants a longer one, there is no retry at all. Unless given, the deadline is the bound. */
  readonly maxRetryAfterMs?: number | undefined
  /** Bounds the share of retries in all tries; `scope` names a budget that several policies share. */
  readonly budget?: (Partial<RetryBudgetOptions> & { readonly scope?: string | undefined }) | false | undefined
  /** Tries again what a policy further inside has given up on. */
  readonly evenIfExhausted?: boolean | undefined
}

/** The layer of a policy that tries again. */
export interface RetryLayer {
  readonly kind: 'retry'
  readonly options: BackoffOptions & {
    readonly attempts: number
    readonly maxRetryAfterMs: number
    readonly evenIfExhausted: boolean
    readonly budget: (RetryBudgetOptions & { readonly scope: string | undefined }) | undefined
  }
}

/** Tries again what failed and may succeed later, at growing intervals, as long as a budget of retries lasts. */
export function retry(options: RetryOptions = {}): RetryLayer {
  const fault =
    optionFault(options, {
      attempts: { min: 1, max: 1_000, whole: true },
      baseMs: { min: 0, max: 86_400_000 },
      capMs: { min: 0, max: 86_400_000 },
      jitter: { oneOf: ['full', 'equal', 'decorrelated', 'none'] },
      maxRetryAfterMs: { min: 0, infinite: true },
      budget: { fits: (value) => value === false || typeof value === 'object', expected: 'an object, or false' },
      evenIfExhausted: { fits: (value) => typeof value === 'boolean', expected: 'true or false' },
    }) ?? budgetFault(options.budget)
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer: 'retry', ...fault })
  const { budget = {} } = options
  return Object.freeze({
    kind: 'retry',
    options: {
      attempts: options.attempts ?? 3,
      baseMs: options.baseMs ?? 100,
      capMs: options.capMs ?? 10_000,
      jitter: options.jitter ?? 'full',
      maxRetryAfterMs: options.maxRetryAfterMs ?? Number.POSITIVE_INFINITY,
      evenIfExhausted: options.evenIfExhausted ?? false,
      budget:
        budget === false
          ? undefined
          : {
              ratio: budget.ratio ?? 0.1,
              burst: budget.burst ?? 10,
              perSecond: budget.perSecond ?? 1,
              scope: budget.scope,
            },
    },
  })
}

function budgetFault(budget: RetryOptions['budget']) {
  if (budget === undefined || budget === false) return undefined
  return groupFault('budget', budget, {
    ratio: { min: 0, max: 10 },
    burst: { min: 0, max: 1_000_000 },
    perSecond: { min: 0, max: 1_000_000 },
    scope: { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' },
  })
}
