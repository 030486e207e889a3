import { createHash } from 'node:crypto'
import { describeSchema } from '../../dispatch/index.js'
import type { Operation, StandardSchema } from '../../ports/index.js'
import type { StepDefinition, WorkflowDefinition } from './definition.js'

/**
 * A number for what a change of would make recorded runs unreadable: names, kinds, order, operations, schemas. How often and
 * how long something is tried is not among it.
 */
export function shapeOf(definition: Omit<WorkflowDefinition, 'shape'>): number {
  const text = JSON.stringify(formOf(definition))
  // As many bits as a number holds exactly.
  return Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 13), 16)
}

function formOf({ input, outputSchema, session, graph }: Omit<WorkflowDefinition, 'shape'>): unknown {
  const ends = [
    schemaForm(input, 'output'),
    schemaForm(outputSchema, 'output'),
    session && schemaForm(session, 'output'),
  ]
  return [ends, graph.nodes.map((step) => [step.name, step.kind, step.after, detailsOf(step)])]
}

function detailsOf(step: StepDefinition): unknown {
  switch (step.kind) {
    case 'step':
      return operationForm(step.operation)
    case 'map':
      return [step.operations.map(operationForm), step.settle]
    case 'loop':
      return 'graph' in step.body ? formOf(step.body) : operationForm(step.body)
    case 'workflow':
      return formOf(step.nested)
    case 'plan':
      return Object.entries(step.operations).map(([name, operation]) => [name, operationForm(operation)])
    case 'wait':
      return [step.signal.name, schemaForm(step.signal.schema, 'output')]
    case 'compute':
    case 'sleep':
      return null
  }
}

/** What was recorded was checked on its way out: the input of an operation may change freely. */
function operationForm({ agent, name, contract }: Operation): unknown {
  return [agent, name, schemaForm(contract.output, 'output')]
}

function schemaForm(schema: StandardSchema, side: 'input' | 'output'): unknown {
  const description = describeSchema(schema, side)
  return 'jsonSchema' in description ? description.jsonSchema : schema['~standard'].vendor
}
