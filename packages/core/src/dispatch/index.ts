export {
  type AgentAtWork,
  type AgentDefinition,
  type AgentOptions,
  after,
  adapt,
  agent,
  type CodeOf,
  definitionOf,
  describeSchema,
  type MaybePromise,
  type Operations,
  OwnAgent,
  ownerOf,
  operation,
  type Provision,
  type RunnableOperation,
} from './agent/index.js'
export { type BudgetLimits, budgetSettings, checkBudget, narrowed } from './budget/index.js'
export type { AskOptions, Tally } from './call.js'
export { Dispatch } from './dispatch.js'
export { dispatchSettings } from './dispatch-settings.js'
export { dispatchFailure } from './failures.js'
export {
  type Candidate,
  type EjectionOptions,
  type HealthCheckOptions,
  type MemberMetrics,
  type MemberOptions,
  type MemberState,
  pool,
  type PoolHandle,
  type PoolMember,
  type PoolOptions,
  type Pooled,
  poolHandleOf,
  type Strategy,
} from './pool/index.js'
export { idempotencyKeyOf } from './idempotency-key.js'
export { instrumentation } from './instrumentation.js'
export type { OpenRequest } from './open-request.js'
export type { RequestScope } from './request.js'
export type { RunFacts } from './request-message.js'
export {
  bulkhead,
  circuitBreaker,
  deadline,
  type Deadlined,
  Deadlines,
  fallback,
  guard,
  hedge,
  LivePolicy,
  type Plan,
  Policies,
  policy,
  type PolicyOptions,
  rateLimit,
  resilienceSettings,
  retry,
  timeout,
  usualPolicy,
} from './resilience/index.js'
