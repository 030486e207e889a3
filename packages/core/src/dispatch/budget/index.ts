export { type BudgetLimits, checkBudget, checkUsage, narrowed } from './budget-limits.js'
export { budgetSettings } from './budget-settings.js'
export { budgetFailure } from './failures.js'
export { type Account, Ledger, type Maker } from './ledger.js'
