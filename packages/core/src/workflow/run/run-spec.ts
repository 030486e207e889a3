import type { BudgetLimits, Deadlines, Dispatch, RunFacts } from '../../dispatch/index.js'
import type { Clock, EventSink, Operation, Priority, RunRecord, RunRef } from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import type { BeginStep } from './frame.js'
import type { Gates } from './gates.js'
import type { Past } from './past.js'
import type { StepPolicies } from './step-policies.js'

/** Waits longer than this do not keep a run in a process. */
export const longestStayMs = 5_000

/** How long a store may take to answer when the time of a run is up. */
export const longestSilenceMs = 1_000

/** One run to be carried out. */
export interface RunSpec {
  readonly definition: WorkflowDefinition
  readonly ref: RunRef
  readonly tenant: string | undefined
  readonly session: string | undefined
  /** Whether it goes on beside other runs of its session, and takes no turn. */
  readonly beside: boolean
  readonly input: unknown
  /** How much longer it may take. */
  readonly dueInMs: number
  /** How long it may take in all. */
  readonly deadlineMs: number | undefined
  readonly budget: BudgetLimits | undefined
  readonly priority?: Priority | undefined
  readonly context?: unknown
  readonly traceparent?: string | undefined
  /** When it was created, in milliseconds since 1970. */
  readonly createdAt: number
  readonly past: Past
  /** How many of its records have a number as events; where those were migrated, not so many as `past` has. */
  readonly numbered: number
  /** Nothing for one that begins here. */
  readonly storeTime: StoreMoment | undefined
}

/** What dispatch is told of a run. */
export function factsOf({ definition, ref, tenant, session, priority, context, traceparent }: RunSpec): RunFacts {
  return { runId: ref.id, workflow: definition.name, tenant, session, priority, context, traceparent }
}

/** What time it was in the store when the monotonic clock stood at some moment. */
export interface StoreMoment {
  readonly now: number
  readonly at: number
}

/** What all runs of a process are carried out with. */
export interface RunHost {
  readonly dispatch: Dispatch
  readonly clock: Clock
  readonly events: EventSink
  readonly gates: Gates
  readonly policies: StepPolicies
  /** By which runs and idle steps end, and by which waits do: these keep a process that has nothing else to do. */
  readonly deadlines: Deadlines
  readonly dueWaits: Deadlines
  readonly begin: BeginStep
  /** Lets in the agent of an operation that nobody knew would be asked for. */
  readonly meet: (operation: Operation) => void
  /** The signals that a run was sent, the oldest first. */
  signalsOf(run: RunRef): Promise<readonly RunRecord[]>
}
