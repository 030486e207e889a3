import { shown } from '../../ports/index.js'
import type { WorkflowDefinition } from './definition.js'
import { describeWorkflow, type WorkflowDescription } from './describe.js'
import { graphFailure } from './failures.js'
import { toMermaid } from './mermaid.js'
import type { Migration } from './migration.js'
import { shapeOf } from './shape.js'
import { type Workflow, withDefinition } from './workflow.js'

/** A definition but for its shape. */
export type Unshaped = Omit<WorkflowDefinition, 'shape'>

/** A workflow that is complete. */
export class DefinedWorkflow implements Workflow {
  readonly name: string
  readonly #given: Unshaped
  readonly #definition: WorkflowDefinition

  constructor(given: Unshaped) {
    this.name = given.name
    this.#given = given
    let shape: number | undefined
    this.#definition = Object.freeze({
      ...given,
      // Worked out when it is first wanted: to describe schemas takes its time.
      get shape() {
        shape ??= shapeOf(given)
        return shape
      },
    })
    withDefinition(this, this.#definition)
  }

  version(version: number, { migrate }: { readonly migrate?: Migration } = {}): DefinedWorkflow {
    const isValid = Number.isInteger(version) && version >= 0 && version <= 2_147_483_647
    const isFit = migrate === undefined || (Array.isArray(migrate.from) && typeof migrate.steps === 'function')
    if (isValid && isFit) return new DefinedWorkflow({ ...this.#given, version, migrate })
    throw graphFailure('workflow.invalid_definition', {
      what: `The workflow ${this.name}`,
      because: isValid ? 'has something as migrate that is none' : `cannot have the version ${shown(version)}`,
      remedy: isValid ? 'Give { from: [1], steps: (old) => ({ … }) }.' : 'Give a whole number from 0.',
    })
  }

  describe(): WorkflowDescription {
    return describeWorkflow(this.#definition)
  }

  toMermaid(): string {
    return toMermaid(this.#definition)
  }
}
