import { describeSchema } from '../../dispatch/index.js'
import type { StandardSchema } from '../../ports/index.js'
import type { WorkflowDefinition } from './definition.js'
import { graphFailure } from './failures.js'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Throws where a step is given the input of the run as it is, and that can never fit. Only what is certain counts: where a
 * schema does not say what it takes, the run will tell.
 */
export function checkContracts({ name, input, graph }: Omit<WorkflowDefinition, 'shape'>): void {
  let given: JsonSchema | undefined
  for (const step of graph.nodes) {
    if (step.kind !== 'step' && step.kind !== 'workflow') continue
    if (step.with !== undefined) continue
    const wanted = step.kind === 'step' ? step.operation.contract.input : step.nested.input
    if (wanted === input) continue
    given ??= jsonOf(input, 'output')
    const because = misfit(given, jsonOf(wanted, 'input'), wanted)
    if (because !== undefined)
      throw graphFailure('workflow.contract_mismatch', { workflow: name, step: step.name, because })
  }
}

function jsonOf(schema: StandardSchema, side: 'input' | 'output'): JsonSchema {
  const description = describeSchema(schema, side)
  return 'jsonSchema' in description ? (description.jsonSchema as JsonSchema) : {}
}

/** Why no value of the one can be a value of the other, if that is certain. */
function misfit(given: JsonSchema, wanted: JsonSchema, schema: unknown, path = 'the input'): string | undefined {
  const [has, wants] = [given.type, wanted.type]
  if (typeof has !== 'string' || typeof wants !== 'string') return undefined
  // A number may be whole: the run will tell.
  const isNumber = [has, wants].every((type) => type === 'integer' || type === 'number')
  if (definitionOf(schema)?.coerce === true) return undefined
  if (has !== wants && !isNumber) return `${path} is ${has}, and has to be ${wants}`
  if (has !== 'object') return undefined
  const shape = definitionOf(schema)?.shape
  const properties = (given.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  const isClosed = given.additionalProperties === false
  for (const name of (wanted.required ?? []) as readonly string[]) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (own === undefined && isClosed) return `${path} has no ${name}`
  }
  for (const [name, wantedOne] of Object.entries((wanted.properties ?? {}) as Readonly<Record<string, JsonSchema>>)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    const isSure = own !== undefined && ((given.required ?? []) as readonly string[]).includes(name)
    const because = isSure ? misfit(own, wantedOne, shape?.[name], name) : undefined
    if (because !== undefined) return because
  }
  return undefined
}

interface ZodDefinition {
  readonly coerce?: boolean
  readonly shape?: Readonly<Record<string, unknown>>
  readonly innerType?: unknown
}

/** What zod knows of a schema: that it converts what it is given its JSON Schema does not say. */
function definitionOf(schema: unknown): ZodDefinition | undefined {
  const def = (schema as { readonly _zod?: { readonly def?: ZodDefinition } } | undefined)?._zod?.def
  return def?.innerType === undefined ? def : definitionOf(def.innerType)
}
