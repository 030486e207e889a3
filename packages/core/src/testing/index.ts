export { InMemoryLockStore, InMemoryStateStore } from '../memory/store/index.js'
export type { CallRecord } from './call-recorder.js'
export type { Contract, ContractCase, Examination, Subject } from './contract.js'
export { type AgentUnderTest, agentProtocolContract } from './contracts/agent-protocol-contract.js'
export { callContextContract } from './contracts/call-context-contract.js'
export { clockContract } from './contracts/clock-contract.js'
export { type DispatcherUnderTest, dispatcherContract } from './contracts/dispatcher-contract.js'
export { type EventSinkUnderTest, eventSinkContract } from './contracts/event-sink-contract.js'
export { type InterceptorUnderTest, interceptorContract } from './contracts/interceptor-contract.js'
export { lockStoreContract } from './contracts/lock-store.js'
export { loggerContract } from './contracts/logger-contract.js'
export { type MessageBusUnderTest, messageBusContract } from './contracts/message-bus-contract.js'
export { type MeterUnderTest, meterContract } from './contracts/meter-contract.js'
export { type PolicyUnderTest, policyContract } from './contracts/policy-contract.js'
export { randomContract } from './contracts/random-contract.js'
export { stateStoreContract } from './contracts/state-store/index.js'
export { type TracerUnderTest, tracerContract } from './contracts/tracer-contract.js'
export type { FlawedDouble } from './doubles/flawed-double.js'
export { flawedLockStores } from './doubles/flawed-lock-stores.js'
export { flawedMessageBuses } from './doubles/flawed-message-buses.js'
export {
  flawedAgents,
  flawedCallContexts,
  flawedClocks,
  flawedDispatchers,
  flawedEventSinks,
  flawedInterceptors,
  flawedLoggers,
  flawedMeters,
  flawedPolicies,
  flawedRandoms,
  flawedTracers,
} from './doubles/flawed-small-ports.js'
export { flawedStateStores } from './doubles/flawed-state-stores.js'
export { ManualClock } from './doubles/manual-clock.js'
export { RecordingEventSink } from './doubles/recording-event-sink.js'
export { type LogLine, RecordingLogger } from './doubles/recording-logger.js'
export { RecordingMeter } from './doubles/recording-meter.js'
export { type RecordedSpan, RecordingTracer } from './doubles/recording-tracer.js'
export { type AgentScript, ScriptedAgent, type ScriptedAnswer } from './doubles/scripted-agent.js'
export { SeededRandom } from './doubles/seeded-random.js'
export { Flaky, type FlakyPlan } from './flaky.js'
export { type CaseResult, type DefineTest, examine, runContract } from './run-contract.js'
export { type Answer, fails, real, type Stub, stub } from './stub.js'
export type { CrashOptions, CrashReport } from './survive-crashes.js'
export { createTestOrchestrator, type TestOptions, type TestOrchestrator } from './test-orchestrator.js'
