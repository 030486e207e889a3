export type { ActiveCall, Provision } from './active-call.js'
export {
  type AgentDefinition,
  adapt,
  agent,
  definitionOf,
  type Operations,
  type ReservedName,
  withCode,
} from './agent.js'
export { BoundAgent } from './bound-agent.js'
export { agentOf, asFailure, checkReply } from './check-reply.js'
export { agentFailure } from './failures.js'
export { operation, type RunnableOperation } from './operation.js'
