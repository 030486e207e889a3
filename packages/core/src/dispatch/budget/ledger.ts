import type { AgentMessage, BudgetRemaining, Usage } from '../../ports/index.js'
import { agentOf } from '../agent/index.js'
import type { BudgetLimits } from './budget-limits.js'
import { budgetFailure, type Limit } from './failures.js'

/** What one call has set aside, and what it has told that it consumed. */
export interface Account {
  /** How often an agent was tried. */
  readonly attempts: number
  /** What is set aside for it, beyond what it has told of. */
  reserved: Usage | undefined
  readonly spent: { tokens: number; costUsd: number }
  /** What was charged for it when it was over, though it had not told of it. */
  charged: Usage | undefined
}

/** What makes calls: a try of another one. */
export interface Maker {
  /** How many it has made; a try that repeats them has as many again. */
  made: number
}

/** What one request, all calls within it counted together, has spent and has set aside. */
export class Ledger {
  readonly #limits: BudgetLimits
  #calls = 0
  #tokens = 0
  #costUsd = 0
  #reservedTokens = 0
  #reservedCostUsd = 0

  /** `calls` were made before, by an earlier holder of the request. */
  constructor(limits: BudgetLimits, calls = 0) {
    this.#limits = limits
    this.#calls = calls
  }

  /** What is left, as messages carry it; nothing where nothing is bounded. */
  get remaining(): BudgetRemaining | undefined {
    const { calls, tokens, costUsd } = this.#limits
    if (calls === undefined && tokens === undefined && costUsd === undefined) return undefined
    return {
      ...(calls !== undefined && { calls: Math.max(0, calls - this.#calls) }),
      ...(tokens !== undefined && { tokens: Math.max(0, tokens - this.#tokens - this.#reservedTokens) }),
      ...(costUsd !== undefined && { costUsd: Math.max(0, costUsd - this.#costUsd - this.#reservedCostUsd) }),
    }
  }

  /** Takes a call in, and sets its estimate aside; throws before anything has changed where that is too much. */
  enter(message: AgentMessage, account: Account, parent: Maker | undefined, estimate: Usage | undefined): void {
    const { calls, depth, fanOut } = this.#limits
    if (calls !== undefined && this.#calls >= calls) throw exceeded(message, 'calls', calls, this.#calls, 1)
    if (depth !== undefined && message.depth > depth) throw exceeded(message, 'depth', depth, depth, message.depth)
    const made = parent?.made ?? 0
    if (fanOut !== undefined && made >= fanOut) throw exceeded(message, 'fanOut', fanOut, made, 1)
    const { tokens = 0, costUsd = 0 } = estimate ?? {}
    this.#check(message, 'tokens', this.#tokens + this.#reservedTokens, tokens)
    this.#check(message, 'costUsd', this.#costUsd + this.#reservedCostUsd, costUsd)
    this.#calls += 1
    if (parent !== undefined) parent.made += 1
    this.#reservedTokens += tokens
    this.#reservedCostUsd += costUsd
    account.reserved = estimate
  }

  /** A call consumed something. */
  spend(account: Account, { tokens = 0, costUsd = 0 }: Usage): void {
    account.spent.tokens += tokens
    account.spent.costUsd += costUsd
    const { charged } = account
    if (charged !== undefined) return this.#spendLate(account, charged, { tokens, costUsd })
    this.#tokens += tokens
    this.#costUsd += costUsd
    const { reserved } = account
    if (reserved === undefined) return
    // What is told of need not be set aside any more.
    const told = {
      tokens: Math.min(tokens, reserved.tokens ?? 0),
      costUsd: Math.min(costUsd, reserved.costUsd ?? 0),
    }
    this.#reservedTokens -= told.tokens
    this.#reservedCostUsd -= told.costUsd
    account.reserved = {
      tokens: (reserved.tokens ?? 0) - told.tokens,
      costUsd: (reserved.costUsd ?? 0) - told.costUsd,
    }
  }

  /** A call is over: what it has told counts; where it told nothing, or was cut off before it could, its estimate does. */
  leave(account: Account, wasCutOff: boolean): void {
    const { reserved, spent } = account
    if (reserved === undefined) return
    account.reserved = undefined
    const { tokens = 0, costUsd = 0 } = reserved
    this.#reservedTokens -= tokens
    this.#reservedCostUsd -= costUsd
    // What a policy did not begin has consumed nothing.
    if (account.attempts === 0) return
    const charged = {
      tokens: wasCutOff || spent.tokens === 0 ? tokens : 0,
      costUsd: wasCutOff || spent.costUsd === 0 ? costUsd : 0,
    }
    this.#tokens += charged.tokens
    this.#costUsd += charged.costUsd
    account.charged = charged
  }

  /** It tells when it is over: what was charged for it already is not charged twice. */
  #spendLate(account: Account, charged: Usage, { tokens = 0, costUsd = 0 }: Usage): void {
    const [paidTokens = 0, paidCostUsd = 0] = [charged.tokens, charged.costUsd]
    this.#tokens += Math.max(0, tokens - paidTokens)
    this.#costUsd += Math.max(0, costUsd - paidCostUsd)
    account.charged = { tokens: Math.max(0, paidTokens - tokens), costUsd: Math.max(0, paidCostUsd - costUsd) }
  }

  #check(message: AgentMessage, limit: 'tokens' | 'costUsd', used: number, wanted: number): void {
    const allowed = this.#limits[limit]
    // Who has nothing left gets nothing more, though nobody knows what it would take.
    if (allowed === undefined || (used < allowed && used + wanted <= allowed)) return
    throw exceeded(message, limit, allowed, used, wanted)
  }
}

function exceeded(message: AgentMessage, limit: Limit, allowed: number, used: number, wanted: number): Error {
  const place = { agent: agentOf(message), operation: message.operation }
  return budgetFailure('budget.exceeded', { ...place, limit, allowed, used, wanted })
}
