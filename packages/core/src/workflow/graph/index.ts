export { workflow } from './builder.js'
export { isOperation, longestMs } from './check-step.js'
export type {
  AnyCallRules,
  AnyState,
  ComputeStep,
  LoopStep,
  MapStep,
  NestedStep,
  OperationStep,
  PlanStep,
  SleepStep,
  StepDefinition,
  StepKind,
  WaitStep,
  WorkflowDefinition,
} from './definition.js'
export { operationsWithin, type StepDescription, type WorkflowDescription } from './describe.js'
export { graphFailure } from './failures.js'
export { type Edge, Graph } from './graph.js'
export { type PlannedNode, planGraph } from './plan-graph.js'
export { type Signal, signal } from './signal.js'
export type { Known, RunInfo, Settled, State, StepStatus } from './state.js'
export type { PlanNode } from './step-rules.js'
export type { EndsOf, WorkflowBuilder } from './workflow-builder.js'
export type { Migration } from './migration.js'
export { definitionOfWorkflow, type Workflow } from './workflow.js'
