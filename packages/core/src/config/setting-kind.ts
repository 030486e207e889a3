/** The part of JSON Schema that settings are described by, with the members that `.meta` adds. */
export interface SchemaNode {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, SchemaNode>>
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly items?: SchemaNode
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly format?: string
  readonly default?: unknown
  readonly description?: unknown
  readonly env?: unknown
  readonly unit?: unknown
  readonly secret?: unknown
}

/** What a text in the environment can stand for. */
export type SettingKind =
  | { readonly kind: 'number'; readonly whole: boolean; readonly node: SchemaNode }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'text'; readonly node: SchemaNode }
  | { readonly kind: 'list'; readonly of: SettingKind; readonly node: SchemaNode }
  | { readonly kind: 'either'; readonly of: readonly SettingKind[] }

/** The kind of a setting; undefined where no text can express its values (functions, pools, records, …). */
export function kindOf(node: SchemaNode): SettingKind | undefined {
  const choices = node.enum ?? (node.const === undefined ? undefined : [node.const])
  if (choices !== undefined) return choice(choices)
  const alternatives = node.anyOf ?? node.oneOf
  if (alternatives !== undefined) return either(alternatives)
  if (Array.isArray(node.type)) return either(node.type.map((type: string) => ({ ...node, type })))
  switch (node.type) {
    case 'string':
      return { kind: 'text', node }
    case 'number':
    case 'integer':
      return { kind: 'number', whole: node.type === 'integer', node }
    case 'boolean':
      return { kind: 'boolean' }
    case 'array':
      return list(node)
    default:
      return undefined
  }
}

function choice(choices: readonly unknown[]): SettingKind | undefined {
  const values = choices.filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
  return values.length === 0 ? undefined : { kind: 'choice', values: values as (string | number | boolean)[] }
}

function either(alternatives: readonly SchemaNode[]): SettingKind | undefined {
  const kinds = alternatives.map(kindOf).filter((kind) => kind !== undefined)
  // Every text is a text: it comes last, so that the narrower ones have their turn.
  kinds.sort((a, b) => Number(a.kind === 'text') - Number(b.kind === 'text'))
  return kinds.length > 1 ? { kind: 'either', of: kinds } : kinds[0]
}

function list(node: SchemaNode): SettingKind | undefined {
  const of = node.items === undefined ? undefined : kindOf(node.items)
  return of === undefined || of.kind === 'list' ? undefined : { kind: 'list', of, node }
}
