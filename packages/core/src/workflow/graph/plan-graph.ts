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
  const nodes = proposed.map((one: unknown): PlannedNode => {
    const { id, operation, input, after = [] } = (one ?? {}) as Readonly<Record<string, unknown>>
    if (typeof id !== 'string' || !idForm.test(id) || id === '__proto__') {
      throw refuse(`a node has ${shown(id)} as its id, and not 1 to 64 letters, digits, _ and -`)
    }
    if (ids.has(id)) throw refuse(`two nodes are called ${id}`)
    ids.add(id)
    if (typeof operation !== 'string' || !Object.hasOwn(operations, operation)) {
      const known = Object.keys(operations).join(', ')
      throw refuse(`the node ${id} asks for ${shown(operation)}, and only ${known} may be asked for`)
    }
    if (!Array.isArray(after) || after.some((other) => typeof other !== 'string')) {
      throw refuse(`the node ${id} has ${shown(after)} as its after, and not a list of ids`)
    }
    const names = [...new Set(after as string[])]
    return { name: id, operation: operations[operation] as Operation, input, after: names.map((other) => hard(other)) }
  })
  try {
    return new Graph(`the plan of ${name}`, nodes)
  } catch (error) {
    // Whoever proposed it is told in one sentence what is wrong.
    throw refuse(isFailure(error) ? error.message.replace(/\.? [^.]*\.$/, '') : String(error), error)
  }
}

function hard(name: string) {
  return { name, isSoft: false }
}
