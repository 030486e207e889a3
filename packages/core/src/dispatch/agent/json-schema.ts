import { errorText, type SchemaDescription, type StandardSchema } from '../../ports/index.js'

type Side = 'input' | 'output'

/** What a schema says of itself: through Standard JSON Schema, else by a method of its library, else why not. */
export function describeSchema(schema: StandardSchema, side: Side): SchemaDescription {
  const standard = schema['~standard'] as StandardSchema['~standard'] & {
    readonly jsonSchema?: Readonly<Record<Side, (options: { target: string }) => Record<string, unknown>>>
  }
  const own = schema as { readonly toJsonSchema?: () => Record<string, unknown> }
  try {
    if (standard.jsonSchema) return { jsonSchema: standard.jsonSchema[side]({ target: 'draft-2020-12' }) }
    if (typeof own.toJsonSchema === 'function') return { jsonSchema: own.toJsonSchema() }
  } catch (error) {
    return { because: `${standard.vendor}: ${errorText(error)}` }
  }
  return { because: `schemas of ${standard.vendor}, as installed, cannot be written as JSON Schema` }
}
