export * from '../protocol/index.js'
export type {
  AgentHealth,
  AgentProtocol,
  Capabilities,
  OperationCapability,
  SchemaDescription,
} from './agent-protocol.js'
export type { CallContext, SessionHandle, Usage } from './call-context.js'
export {
  checkClaim,
  checkDeletion,
  checkLeases,
  checkNumberCursor,
  checkPage,
  checkQuery,
  type Deletion,
} from './check-calls.js'
export { checkDuration, checkRun } from './check-request.js'
export { runOf, WriteCheck } from './check-writes.js'
export { type Clock, clock, type Scheduled } from './clock.js'
export { type Dispatcher, type DispatchOptions, dispatcher } from './dispatcher.js'
export { type EventSink, eventSink } from './event-sink.js'
export { hasMethods } from './has-methods.js'
export type { Interceptor } from './interceptor.js'
export { type Lease, type LockStore, lockStore } from './lock-store.js'
export { type Logger, type LogLevel, logger } from './logger.js'
export {
  type Address,
  type BusRequestOptions,
  type Delivery,
  type MessageBus,
  type MessageHandler,
  messageBus,
  type Responder,
  type SubscribeOptions,
  type Subscription,
  type WhenFull,
} from './message-bus.js'
export { type Attributes, type Meter, meter } from './meter.js'
export type {
  Circuit,
  CircuitSnapshot,
  CircuitState,
  Policy,
  PolicyAttempt,
  PolicyHost,
  PolicyLike,
  PolicyPlan,
} from './policy.js'
export { type Random, random } from './random.js'
export {
  type Body,
  type ClaimAnswer,
  type ClaimRequest,
  type EndedStatus,
  endedStatuses,
  type Head,
  type Hold,
  isEnded,
  type Move,
  type NewHead,
  type NewRecord,
  type Nudged,
  type Outcome,
  type RecordKind,
  type RecordPage,
  type ReleasedStatus,
  type RunnerInfo,
  type RunQuery,
  type RunRecord,
  type RunRef,
  type RunStatus,
  type WorkflowVersion,
  type Write,
} from './run-record.js'
export {
  blamesStore,
  blamesWrite,
  journalFailure,
  largestBody,
  type StateStore,
  type StoreCall,
  stateStore,
} from './state-store.js'
export { type Span, type Tracer, tracer } from './tracer.js'
