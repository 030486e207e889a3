import type { BudgetLimits } from '../../dispatch/index.js'
import type { Failure, Operation, PolicyLike, StandardSchema } from '../../ports/index.js'
import type { Edge, Graph } from './graph.js'
import type { Migration } from './migration.js'
import type { Signal } from './signal.js'
import type { PlanNode, StepRetry } from './step-rules.js'
import type { RunInfo, StepStatus } from './state.js'

/** What the functions of a step are given, without its types. */
export interface AnyState {
  readonly input: unknown
  readonly steps: Readonly<Record<string, unknown>>
  readonly session: unknown
  readonly run: RunInfo
}

/** Another step that a step waits for. */
export interface Dependency {
  readonly name: string
  /** Whether it may go on without its output. */
  readonly isSoft: boolean
}

/** How the calls of a step are made. */
export interface AnyCallRules {
  readonly retry?: StepRetry | false | undefined
  readonly timeoutMs?: number | undefined
  readonly idleTimeoutMs?: number | undefined
  readonly policy?: PolicyLike | undefined
  readonly fallback?: Operation | undefined
  readonly atMostOnce?: boolean | undefined
}

interface AnyStep {
  readonly name: string
  readonly after: readonly Dependency[]
  readonly when?: ((state: AnyState) => boolean) | undefined
  readonly isOptional: boolean
  readonly onFailure?: ((failure: Failure, state: AnyState) => unknown) | undefined
}

export interface OperationStep extends AnyStep {
  readonly kind: 'step'
  readonly operation: Operation
  readonly with: ((state: AnyState) => unknown) | undefined
  readonly rules: AnyCallRules
}

export interface ComputeStep extends AnyStep {
  readonly kind: 'compute'
  readonly run: (state: AnyState) => unknown
}

export interface MapStep extends AnyStep {
  readonly kind: 'map'
  readonly over: (state: AnyState) => readonly unknown[]
  /** The operations that an item may be given to, where they are known beforehand. */
  readonly operations: readonly Operation[]
  readonly operationOf: (item: unknown, state: AnyState) => Operation
  readonly with: (item: unknown, state: AnyState) => unknown
  readonly key: ((item: unknown) => string) | undefined
  readonly concurrency: number | undefined
  readonly settle: boolean
  readonly rules: AnyCallRules
}

export interface LoopStep extends AnyStep {
  readonly kind: 'loop'
  readonly body: Operation | WorkflowDefinition
  readonly with: (state: AnyState & { readonly previous: unknown; readonly round: number }) => unknown
  readonly until: (output: unknown, state: AnyState) => boolean
  readonly max: number
  readonly whenMaxed: 'keep' | 'fail'
  readonly rules: AnyCallRules
}

export interface NestedStep extends AnyStep {
  readonly kind: 'workflow'
  readonly nested: WorkflowDefinition
  readonly with: ((state: AnyState) => unknown) | undefined
}

export interface PlanStep extends AnyStep {
  readonly kind: 'plan'
  readonly operations: Readonly<Record<string, Operation>>
  readonly nodes: (state: AnyState) => readonly PlanNode[]
  readonly max: number
  readonly concurrency: number | undefined
  readonly rules: AnyCallRules
}

export interface WaitStep extends AnyStep {
  readonly kind: 'wait'
  readonly signal: Signal
  readonly timeoutMs: number | undefined
}

export interface SleepStep extends AnyStep {
  readonly kind: 'sleep'
  readonly ms: number | ((state: AnyState) => number)
}

/** One step, by its kind. */
export type StepDefinition =
  | OperationStep
  | ComputeStep
  | MapStep
  | LoopStep
  | NestedStep
  | PlanStep
  | WaitStep
  | SleepStep

export type StepKind = StepDefinition['kind']

/** What the output of a workflow is made of. */
interface OutputDefinition {
  /** Nothing where it sees every step, each perhaps without an output. */
  readonly after: readonly (Dependency & Edge)[] | undefined
  readonly make: (state: AnyState & { readonly status: Readonly<Record<string, StepStatus>> }) => unknown
  readonly session: ((state: AnyState) => object) | undefined
}

/** What stands behind a workflow. */
export interface WorkflowDefinition {
  readonly name: string
  readonly version: number
  readonly description: string | undefined
  readonly input: StandardSchema
  readonly outputSchema: StandardSchema
  readonly session: StandardSchema | undefined
  readonly budget: BudgetLimits | undefined
  readonly deadlineMs: number | undefined
  readonly graph: Graph<StepDefinition>
  readonly output: OutputDefinition
  readonly migrate: Migration | undefined
  /** The hash of what a change of would make recorded runs unreadable: names, order, schemas; not times. */
  readonly shape: number
}
