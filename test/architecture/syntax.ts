import { parseAst } from 'vitest/node'

/** A node of the syntax tree: a type, a position in the text, and members that depend on the type. */
export interface SyntaxNode {
  type: string
  start: number
  [member: string]: unknown
}

/** Parses TypeScript; type imports and type annotations are part of the tree. */
export function parse(text: string): SyntaxNode {
  return parseAst(text, { lang: 'ts' }) as unknown as SyntaxNode
}

/** Visits a node and everything below it, each with its parent and the member of the parent that holds it. */
export function walk(node: SyntaxNode, visit: Visit, parent?: SyntaxNode, member = ''): void {
  visit(node, parent, member)
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, node, key)
    }
  }
}

/** The text of a name or of a dotted path (`Date.now`); undefined for any other expression. */
export function dottedName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type !== 'MemberExpression' || node['computed'] === true) return undefined
  const owner = dottedName(node['object'])
  const name = dottedName(node['property'])
  return owner === undefined || name === undefined ? undefined : `${owner}.${name}`
}

/** Says whether a value found in the tree is a node of it. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

type Visit = (node: SyntaxNode, parent: SyntaxNode | undefined, member: string) => void
