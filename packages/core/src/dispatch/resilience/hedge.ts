import { optionFault } from '../../ports/index.js'
import { policyFailure } from './failures.js'

export interface HedgeOptions {
  /** Says that the work may be done twice at once without harm. Nothing else can know it. */
  readonly idempotent: true
  /** How long a try may take before another one is begun beside it. */
  readonly afterMs: number
  /** How many may be begun beside the first: 1. */
  readonly extra?: number | undefined
}

/** The layer of a policy that does not wait for a slow try alone. */
export interface HedgeLayer {
  readonly kind: 'hedge'
  readonly options: Required<HedgeOptions>
}

/** Begins another try beside one that takes long; the first to succeed is the answer, and the others are stopped. */
export function hedge(options: HedgeOptions): HedgeLayer {
  const rules = {
    idempotent: {
      fits: (value: unknown) => value === true,
      expected: 'true, once you know that the work may be done twice at once',
    },
    afterMs: { min: 0, max: 86_400_000 },
    extra: { min: 1, max: 100, whole: true },
  }
  const { idempotent = null, afterMs = null } = (options ?? {}) as Partial<HedgeOptions>
  const fault = optionFault(options, rules) ?? optionFault({ idempotent, afterMs }, rules)
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer: 'hedge', ...fault })
  return Object.freeze({ kind: 'hedge', options: { ...options, extra: options.extra ?? 1 } })
}
