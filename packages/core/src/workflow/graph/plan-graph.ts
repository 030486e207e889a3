import { isFailure, type Operation, shown } from '../../ports/index.js'
import type { PlanStep } from './definition.js'
import { graphFailure } from './failures.js'
import { Graph, type Node } from './graph.js'

/** One node of a checked plan. */
export interface PlannedNode extends Node {
  readonly operation: Operation
  readonly input: unknown
}

const idForm = /^[A-Za-z0-9_-]{1,64}$/

/** A proposed graph, held to what it may be; throws before anything of it has begun. Inputs meet their schemas in the call. */
export function planGraph({ name, operations, max }: PlanStep, proposed: unknown): Graph<PlannedNode> {
  const refuse = (because: string, cause?: unknown) =>
    graphFailure('workflow.invalid_plan', { step: name, because }, cause)
  if (!Array.isArray(proposed)) throw refuse(`it is ${shown(proposed)}, no list of nodes`)
  if (proposed.length > max) throw refuse(`it has ${proposed.length} nodes, and ${max} are allowed`)
  const ids = new Set<string>()
  // A list with holes has nodes that are none.
  const nodes = Array.from(proposed, (one: unknown): PlannedNode => {
    const { id, operation, input, after = [] } = fieldsOf(one, refuse)
    if (typeof id !== 'string' || !idForm.test(id) || id === '__proto__') {
      throw refuse(`a node has ${shown(id)} as its id, and not 1 to 64 letters, digits, _ and -`)
    }
    if (ids.has(id)) throw refuse(`two nodes are called ${id}`)
    ids.add(id)
    if (typeof operation !== 'string' || !Object.hasOwn(operations, operation)) {
      const known = Object.keys(operations).join(', ')
      throw refuse(`the node ${id} asks for ${shown(operation)}, and only ${known} may be asked for`)
    }
    // Copied before it is looked at: what is read twice may differ.
    const names = Array.isArray(after) ? [...new Set<unknown>(after)] : undefined
    if (!names?.every((other) => typeof other === 'string')) {
      throw refuse(`the node ${id} has ${shown(after)} as its after, and not a list of ids`)
    }
    return { name: id, operation: operations[operation] as Operation, input, after: names.map((other) => hard(other)) }
  })
  for (const { name: id, after } of nodes) {
    const unknown = after.find((other) => !ids.has(other.name))
    if (unknown !== undefined)
      throw refuse(`the node ${id} waits for '${unknown.name.slice(0, 64)}', which is no node of it`)
  }
  try {
    return new Graph(`the plan of ${name}`, nodes)
  } catch (error) {
    // Whoever proposed it is told in one sentence what is wrong.
    throw refuse(isFailure(error) ? error.message.replace(/\.? [^.]*\.$/, '') : String(error), error)
  }
}

function fieldsOf(node: unknown, refuse: (because: string, cause?: unknown) => Error) {
  try {
    const { id, operation, input, after } = (node ?? {}) as Readonly<Record<string, unknown>>
    return { id, operation, input, after }
  } catch (error) {
    throw refuse('a node cannot be read', error)
  }
}

function hard(name: string) {
  return { name, isSoft: false }
}
