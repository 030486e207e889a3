import { optionFault, type Usage } from '../../ports/index.js'
import { budgetFailure } from './failures.js'

/** What a request may spend, all calls within it counted together; what is absent is unbounded. */
export interface BudgetLimits {
  /** Calls of agents, the first included; their retries are not counted. */
  readonly calls?: number | undefined
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
  /** How deep calls may be nested within calls. */
  readonly depth?: number | undefined
  /** How many calls one call may make. */
  readonly fanOut?: number | undefined
  /** How long all of it may take. */
  readonly wallMs?: number | undefined
}

const amount = { min: 0, infinite: true }
const count = { min: 0, whole: true, infinite: true }
const limitRules = {
  calls: count,
  tokens: amount,
  costUsd: amount,
  depth: count,
  fanOut: count,
  wallMs: { above: 0, infinite: true },
}
const usageRules = { tokens: { min: 0 }, costUsd: { min: 0 } }

/** Throws unless a budget is one. */
export function checkBudget(budget: BudgetLimits): void {
  const fault = optionFault(budget, limitRules)
  if (fault !== undefined) throw budgetFailure('budget.invalid', { what: 'A budget', ...fault })
}

/** Throws unless a usage, or an estimate of one, is one. */
export function checkUsage(what: string, usage: Usage): void {
  const fault = optionFault(usage, usageRules)
  if (fault !== undefined) throw budgetFailure('budget.invalid', { what, ...fault })
}

/** The narrower of two budgets, limit by limit. */
export function narrowed(one: BudgetLimits, other: BudgetLimits | undefined): BudgetLimits {
  if (other === undefined) return one
  const least = (name: keyof BudgetLimits) =>
    one[name] === undefined ? other[name] : Math.min(one[name], other[name] ?? Number.POSITIVE_INFINITY)
  return {
    calls: least('calls'),
    tokens: least('tokens'),
    costUsd: least('costUsd'),
    depth: least('depth'),
    fanOut: least('fanOut'),
    wallMs: least('wallMs'),
  }
}
