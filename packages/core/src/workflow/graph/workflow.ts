import type { WorkflowDescription } from './describe.js'
import type { WorkflowDefinition } from './definition.js'
import type { Migration } from './migration.js'

const definitionKey = Symbol.for('baton.workflow')

/** A workflow as it was described: steps, and what each waits for. It is a value without state, and serves many orchestrators. */
export interface Workflow<in Input = never, out Output = unknown, out Steps = unknown, out Needed = unknown> {
  readonly name: string
  /** The same under another version number; runs keep the version that they began with. It is 1 unless said otherwise. */
  version(version: number, options?: { readonly migrate?: Migration }): Workflow<Input, Output, Steps, Needed>
  /** The graph as data: its steps, their order and contracts, what can go on side by side, the longest way through. */
  describe(): WorkflowDescription
  /** The graph as a Mermaid flowchart. */
  toMermaid(): string
  readonly '~types'?: {
    readonly input: (input: Input) => void
    readonly output: () => Output
    readonly steps: () => Steps
    readonly needed: () => Needed
  }
}

/** The definition behind a workflow that `workflow(…)` made; nothing for anything else. */
export function definitionOfWorkflow(workflow: unknown): WorkflowDefinition | undefined {
  if (typeof workflow !== 'object' || workflow === null) return undefined
  return (workflow as { [definitionKey]?: WorkflowDefinition })[definitionKey]
}

/** A workflow with its definition, by which it is found again. */
export function withDefinition<Made extends object>(workflow: Made, definition: WorkflowDefinition): Made {
  return Object.freeze(Object.defineProperty(workflow, definitionKey, { value: definition }))
}
