import { type BudgetRemaining, shown } from '../ports/index.js'
import { type BudgetLimits, checkBudget, checkUsage, narrowed } from './budget/index.js'
import type { AskOptions } from './call.js'
import { dispatchFailure } from './failures.js'

/** What a request may spend: what the settings allow, narrowed by what its asker and its message say. */
export function limitsOf(
  allowed: BudgetLimits,
  options: AskOptions | undefined,
  received?: BudgetRemaining,
): BudgetLimits {
  const given = options?.budget
  if (given === undefined && received === undefined) return allowed
  if (given !== undefined) checkBudget(given)
  return narrowed(narrowed(allowed, given), received)
}

/** How long a call may take: as its asker says, else as usual, and never longer than the whole request. */
export function timeoutOf(options: AskOptions | undefined, usualMs: number, { wallMs }: BudgetLimits = {}): number {
  const timeoutMs = options?.timeoutMs
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    throw dispatchFailure('dispatch.invalid_timeout', { received: shown(timeoutMs) })
  }
  return Math.min(timeoutMs ?? usualMs, wallMs ?? Number.POSITIVE_INFINITY)
}

/** What a call is to set aside, if anything. */
export function estimateOf(options: AskOptions | undefined): AskOptions['estimate'] {
  const estimate = options?.estimate
  if (estimate !== undefined) checkUsage('An estimate', estimate)
  return estimate
}
