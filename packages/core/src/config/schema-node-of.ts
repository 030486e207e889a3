import { toJSONSchema } from 'zod/v4/core'
import { configFailure } from './failures.js'
import type { SchemaNode } from './setting-kind.js'
import type { SettingsSection } from './settings-section.js'

type Describe = (options: { io: 'input'; unrepresentable: 'any' }) => object

/** What the schema of a section says of itself. */
export function schemaNodeOf({ name, schema }: SettingsSection): SchemaNode {
  let node: SchemaNode
  try {
    // Each copy of zod describes its own schemas; ours steps in for those without the method (zod/mini).
    const own = (schema as { toJSONSchema?: Describe }).toJSONSchema
    const options = { io: 'input', unrepresentable: 'any' } as const
    node = own
      ? own.call(schema, options)
      : toJSONSchema(schema as unknown as Parameters<typeof toJSONSchema>[0], options)
  } catch (error) {
    throw configFailure(
      'config.unsupported_schema',
      { section: name, because: 'zod cannot describe the schema' },
      error,
    )
  }
  if (node.type === 'object' && node.properties !== undefined) return node
  throw configFailure('config.unsupported_schema', { section: name, because: 'the schema is not an object' })
}

/** A node that stands elsewhere in the document, in its place. Only plain references to definitions are followed. */
export function dereference(node: SchemaNode, root: SchemaNode): SchemaNode {
  const name = node.$ref?.match(/^#\/\$defs\/([^/]+)$/)?.[1]
  const target = name === undefined ? undefined : root.$defs?.[name]
  // An object may refer to itself: what is referred to is taken as a whole, not as a group of settings.
  return target === undefined || target.type === 'object' ? node : { ...target, ...node }
}
