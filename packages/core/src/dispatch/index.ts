export {
  type AgentDefinition,
  adapt,
  agent,
  BoundAgent,
  definitionOf,
  type Operations,
  OwnAgent,
  operation,
  type RunnableOperation,
  withCode,
} from './agent/index.js'
export type { AskOptions } from './call.js'
export { Dispatch } from './dispatch.js'
export { dispatchSettings } from './dispatch-settings.js'
export { dispatchFailure } from './failures.js'
export { instrumentation } from './instrumentation.js'
export type { RequestScope } from './request.js'
