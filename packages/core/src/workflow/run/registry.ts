import { type Head, shown, type WorkflowVersion } from '../../ports/index.js'
import { definitionOfWorkflow, type WorkflowDefinition } from '../graph/index.js'
import { runFailure } from './failures.js'

/** The workflows that an orchestrator holds, by name and version. */
export class Registry {
  readonly definitions: readonly WorkflowDefinition[]
  /** The versions whose runs it can carry out: its own, and those that they migrate. */
  readonly versions: readonly WorkflowVersion[]
  readonly #byVersion = new Map<string, WorkflowDefinition>()
  readonly #known: ReadonlySet<WorkflowDefinition>

  constructor(definitions: readonly WorkflowDefinition[]) {
    this.definitions = definitions
    this.#known = new Set(definitions)
    const versions: WorkflowVersion[] = []
    const add = (definition: WorkflowDefinition, version: number) => {
      const workflow = definition.name
      if (this.#byVersion.has(`${version} ${workflow}`)) return false
      this.#byVersion.set(`${version} ${workflow}`, definition)
      versions.push({ workflow, version })
      return true
    }
    for (const definition of definitions) {
      const { name, version } = definition
      if (!add(definition, version)) throw runFailure('workflow.duplicate', { workflow: name, version })
    }
    // A version that is held itself needs no migration.
    for (const definition of definitions) for (const version of definition.migrate?.from ?? []) add(definition, version)
    this.versions = versions
  }

  /** The definition of a workflow that this orchestrator was given; throws for any other. */
  definitionOf(workflow: unknown): WorkflowDefinition {
    const definition = definitionOfWorkflow(workflow)
    if (definition !== undefined && this.#known.has(definition)) return definition
    const hasName = definition !== undefined && this.definitions.some(({ name }) => name === definition.name)
    const asked =
      definition === undefined
        ? `${shown(workflow)}, which is no workflow`
        : `${hasName ? 'this ' : ''}workflow ${labelOf(definition)}${hasName ? ', but another one of its name' : ''}`
    throw runFailure('workflow.unknown', { workflow: asked, known: this.definitions.map(labelOf) })
  }

  /** The definition that carries out the run of a head, if there is one. */
  ofHead({ workflow, version }: Pick<Head, 'workflow' | 'version'>): WorkflowDefinition | undefined {
    return this.#byVersion.get(`${version} ${workflow}`)
  }
}

/** Whether a run can be read as one of a workflow. */
export function fits(definition: WorkflowDefinition, head: Pick<Head, 'workflow' | 'version'>): boolean {
  if (head.workflow !== definition.name) return false
  return head.version === definition.version || definition.migrate?.from.includes(head.version) === true
}

function labelOf({ name, version }: WorkflowDefinition): string {
  return version === 1 ? name : `${name} (version ${version})`
}
