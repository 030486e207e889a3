export { type Config, configFromEnv } from './config/index.js'
export { adapt, agent, operation, pool } from './dispatch/index.js'
export type { AgentOptions, BudgetLimits, LivePolicy, Plan, PolicyOptions } from './dispatch/index.js'
export type { Candidate, MemberMetrics, MemberOptions, PoolHandle, PoolOptions, Strategy } from './dispatch/index.js'
export {
  bulkhead,
  circuitBreaker,
  deadline,
  fallback,
  hedge,
  policy,
  rateLimit,
  retry,
  timeout,
} from './dispatch/index.js'
export { SystemClock, SystemRandom } from './host/index.js'
export { bus, topic } from './intake/bus/index.js'
export type {
  Bus,
  BusMiddleware,
  DeadLetter,
  Gather,
  ListenOptions,
  PublishOptions,
  Topic,
} from './intake/bus/index.js'
export { bind, definePlugin, perTenant, scoped, singleton, transient } from './kernel/index.js'
export type { Binding, Ending, Maker, Plugin, PluginStart, Source, Stop } from './kernel/index.js'
export { createOrchestrator } from './orchestrator.js'
export type { OrchestratorHealth } from './orchestrator/health.js'
export type { AgentLike, OrchestratorOptions } from './orchestrator/options.js'
export type { Asker, OfTenant, Orchestrator, RequestOptions, Scoped } from './orchestrator/running-orchestrator.js'
export type { Settings } from './orchestrator/settings.js'
export type { AgentHealth, AgentMessage, AgentProtocol, Attributes, CallContext } from './ports/index.js'
export type { Capabilities, Circuit, CircuitSnapshot, Clock, Dispatcher, ErrorClass } from './ports/index.js'
export type { EventSink, InputOf, Interceptor, LifecycleEvent, LifecycleEventName } from './ports/index.js'
export type { LifecycleEvents, LockStore, Logger, MessageInit, Meter, Need, Needs, Operation } from './ports/index.js'
export type { OutputOf, Policy, PolicyAttempt, Priority, Random, Receiver, SessionHandle } from './ports/index.js'
export type { Span, Stamp, StandardSchema, StateStore, Token, Tracer, Usage } from './ports/index.js'
export { classify, clock, createMessage, declareFailures, decode, decodeMessage, dispatcher } from './ports/index.js'
export { encode, encodeMessage, eventSink, Failure, fail, forward, isFailure, lockStore } from './ports/index.js'
export { logger, meter, need, random, reply, stateStore, token, tracer } from './ports/index.js'
export {
  assertReplays,
  drawRunStates,
  orThrow,
  runTransitions,
  signal,
  toServerSentEvents,
  workflow,
} from './workflow/index.js'
export type { Awaited, EndsOf, History, Known, Migration, PassingEvent, PlanNode } from './workflow/index.js'
export type { RecordedEvent, Resolution, Role, RunEvent, RunFilter, RunHandle, RunInfo } from './workflow/index.js'
export type { RunList, Runner, RunOptions, RunPage, RunPhase, RunResult, RunState } from './workflow/index.js'
export type { RunSummary, RunTimes, RunTrigger, Settled, Signal, State, StepDescription } from './workflow/index.js'
export type { StepOutcome, StepStatus, Workflow, WorkflowBuilder, WorkflowDescription } from './workflow/index.js'
