import { describeSchema } from '../../dispatch/index.js'
import type { Operation, SchemaDescription } from '../../ports/index.js'
import type { StepDefinition, StepKind, WorkflowDefinition } from './definition.js'

/** One step, as data. */
export interface StepDescription {
  readonly name: string
  readonly kind: StepKind
  /** What it waits for; those whose output it can do without end in a question mark. */
  readonly after: readonly string[]
  readonly optional: boolean
  /** Whether it may be skipped by its own condition. */
  readonly conditional: boolean
  /** What it may ask for, as `agent.operation`. */
  readonly operations: readonly string[]
  readonly input?: SchemaDescription
  readonly output?: SchemaDescription
  /** The workflow within it. */
  readonly workflow?: WorkflowDescription
  /** The signal that it waits for. */
  readonly signal?: string
}

/** A workflow, as data. */
export interface WorkflowDescription {
  readonly name: string
  readonly version: number
  readonly description?: string
  readonly input: SchemaDescription
  readonly output: SchemaDescription
  readonly session?: SchemaDescription
  readonly steps: readonly StepDescription[]
  /** Steps that can go on side by side, in the order in which their turn comes. */
  readonly groups: readonly (readonly string[])[]
  /** The longest way through: the run cannot be shorter than these steps one after the other. */
  readonly criticalPath: readonly string[]
}

/** The graph as data. */
export function describeWorkflow(definition: WorkflowDefinition): WorkflowDescription {
  const { name, version, description, input, outputSchema, session, graph } = definition
  return {
    name,
    version,
    ...(description !== undefined && { description }),
    input: describeSchema(input, 'input'),
    output: describeSchema(outputSchema, 'output'),
    ...(session !== undefined && { session: describeSchema(session, 'output') }),
    steps: graph.nodes.map(describeStep),
    ...analyze(definition),
  }
}

/** What a step may ask for. */
export function operationsOf(step: StepDefinition): readonly Operation[] {
  switch (step.kind) {
    case 'step':
      return [step.operation, ...fallbackOf(step.rules.fallback)]
    case 'map':
      return step.operations
    case 'plan':
      return Object.values(step.operations)
    case 'loop':
      return 'graph' in step.body ? operationsWithin(step.body) : [step.body]
    case 'workflow':
      return operationsWithin(step.nested)
    case 'compute':
    case 'wait':
    case 'sleep':
      return []
  }
}

/** All that a workflow may ask for, as far as it is known beforehand. */
export function operationsWithin({ graph }: Pick<WorkflowDefinition, 'graph'>): readonly Operation[] {
  return graph.nodes.flatMap(operationsOf)
}

function fallbackOf(fallback: Operation | undefined): readonly Operation[] {
  return fallback === undefined ? [] : [fallback]
}

function describeStep(step: StepDefinition): StepDescription {
  const nested =
    step.kind === 'workflow' ? step.nested : step.kind === 'loop' && 'graph' in step.body ? step.body : undefined
  return {
    name: step.name,
    kind: step.kind,
    after: step.after.map(({ name, isSoft }) => (isSoft ? `${name}?` : name)),
    optional: step.isOptional,
    conditional: step.when !== undefined,
    operations: operationsOf(step).map(({ agent, name }) => `${agent}.${name}`),
    ...contractOf(step),
    ...(nested !== undefined && { workflow: describeWorkflow(nested) }),
    ...(step.kind === 'wait' && { signal: step.signal.name }),
  }
}

function contractOf(step: StepDefinition): Pick<StepDescription, 'input' | 'output'> {
  if (step.kind === 'wait') return { output: describeSchema(step.signal.schema, 'output') }
  if (step.kind !== 'step') return {}
  const { input, output } = step.operation.contract
  return { input: describeSchema(input, 'input'), output: describeSchema(output, 'output') }
}

function analyze({ graph }: WorkflowDefinition): Pick<WorkflowDescription, 'groups' | 'criticalPath'> {
  const { nodes, edges, order } = graph
  const depths: number[] = nodes.map(() => 0)
  const before: (number | undefined)[] = nodes.map(() => undefined)
  const groups: string[][] = []
  let last: number | undefined
  for (const place of order) {
    for (const { index } of edges[place] ?? []) {
      const depth = (depths[index] ?? 0) + 1
      if (depth <= (depths[place] ?? 0)) continue
      depths[place] = depth
      before[place] = index
    }
    const depth = depths[place] ?? 0
    groups[depth] = [...(groups[depth] ?? []), nodes[place]?.name as string]
    if (last === undefined || depth > (depths[last] ?? 0)) last = place
  }
  const criticalPath: string[] = []
  for (let place = last; place !== undefined; place = before[place]) criticalPath.unshift(nodes[place]?.name as string)
  return { groups, criticalPath }
}
