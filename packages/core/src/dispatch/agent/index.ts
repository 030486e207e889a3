export type { ActiveCall, Provision, Stoppable, TryOfCall } from './active-call.js'
export { adapt } from './adapt.js'
export { agent } from './agent.js'
export {
  type AgentDefinition,
  type AgentOptions,
  type CodeOf,
  definitionOf,
  type Operations,
  operationsOf,
  type Owner,
  ownedBy,
  ownerOf,
  type ReservedName,
} from './agent-definition.js'
export { type AgentAtWork, after, type MaybePromise } from './agent-at-work.js'
export { agentOf, asFailure, checkReply } from './check-reply.js'
export { checkOutput } from './check-output.js'
export { checkPolicy } from './check-policy.js'
export { agentFailure } from './failures.js'
export { describeSchema } from './json-schema.js'
export { operation, type RunnableOperation } from './operation.js'
export { OwnAgent } from './own-agent.js'
