export { admit } from './admit.js'
export { type Classifier, classify, type ErrorClass } from './classify.js'
export { codecFailure } from './codec-failure.js'
export { decode, encode } from './codec.js'
export {
  checkMessage,
  createMessage,
  fail,
  forward,
  type MessageInit,
  messageFailure,
  reply,
  type Stamp,
} from './create-message.js'
export { declareFailures, type FailureKind, type FailureMaker } from './declare-failures.js'
export { errorText } from './error-text.js'
export { isExhausted, markExhausted, nextMoment } from './exhausted.js'
export { Failure, type FailureInit, isFailure } from './failure.js'
export { groupFault } from './group-fault.js'
export { identifier, identifierFailure, isIdentifier } from './identifier.js'
export { isError } from './is-error.js'
export { plainLength } from './is-plain-json.js'
export type { LifecycleEvent, LifecycleEventName, LifecycleEvents } from './lifecycle-event.js'
export { masked, maskSecrets } from './mask-secrets.js'
export { maskText } from './mask-text.js'
export { decodeMessage, encodeMessage } from './message-codec.js'
export type { AgentMessage, BudgetRemaining, MessageType, Receiver } from './message.js'
export { nearestName } from './nearest-name.js'
export { type OptionFault, optionFault, type OptionRule } from './option-fault.js'
export {
  type Contract,
  type Named,
  type Need,
  type Needs,
  need,
  type Operation,
  type PortNeed,
  type Resolved,
} from './operation.js'
export { type Priority, priorities } from './priority.js'
export { readMember } from './read-member.js'
export { shown } from './shown.js'
export {
  type InputOf,
  issuePath,
  type OutputOf,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from './standard-schema.js'
export { type Token, token } from './token.js'
export { wireFailure } from './wire-failure.js'
export { defaultLimits, type WireLimits } from './wire-limits.js'
