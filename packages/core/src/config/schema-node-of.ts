import { configFailure } from './failures.js'
import type { SchemaNode } from './setting-kind.js'
import type { SettingsSection } from './settings-section.js'

/** What the schema of a section says of itself. */
export function schemaNodeOf({ name, schema }: SettingsSection): SchemaNode {
  const { toJSONSchema } = schema as { toJSONSchema?: (options: object) => SchemaNode }
  if (typeof toJSONSchema !== 'function') {
    throw configFailure('config.unsupported_schema', {
      section: name,
      because: 'it is no schema of zod that describes itself',
    })
  }
  let node: SchemaNode
  try {
    // Each copy of zod describes its own schemas.
    node = toJSONSchema.call(schema, { io: 'input', unrepresentable: 'any' })
  } catch (error) {
    throw configFailure('config.unsupported_schema', { section: name, because: 'zod cannot describe it' }, error)
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
