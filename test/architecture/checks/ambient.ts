import { finding, type Finding } from '../finding.ts'
import { ambient } from '../rules.ts'
import type { SourceFile } from '../source-file.ts'
import { dottedName, type SyntaxNode, walk } from '../syntax.ts'

const allowed = `clocks, timers, chance, environment and console live in ${ambient.home}; everything else is handed a Clock, a Random or a Logger`

/** Rule 7, second half: time, chance and surroundings are handed in, never reached for. */
export function ambientUses(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    if (file.inside.startsWith(ambient.home)) return []
    const excepted = ambient.exceptions.filter(({ file: path }) => path === file.inside).flatMap(({ uses }) => uses)
    return usesIn(file)
      .filter(({ name }) => !excepted.includes(name))
      .map(({ start }) => finding(7, file, file.lineOf({ start }), allowed))
  })
}

function usesIn(file: SourceFile): Use[] {
  const uses: Use[] = []
  walk(file.syntax, (node, parent, member) => {
    const name = ambientName(node, parent, member)
    if (name !== undefined) uses.push({ name, start: node.start })
  })
  for (const { specifier, names, start } of file.imports) {
    const banned = ambient.imports[specifier.startsWith('node:') ? specifier : `node:${specifier}`]
    const name = banned === 'everything' ? specifier : names.find((imported) => banned?.includes(imported))
    if (name !== undefined) uses.push({ name, start })
  }
  return uses
}

function ambientName(node: SyntaxNode, parent: SyntaxNode | undefined, member: string): string | undefined {
  if (node.type === 'MemberExpression') {
    const name = dottedName(node)?.replace(/^globalThis\./, '')
    return name !== undefined && [...ambient.members, ...ambient.globals].includes(name) ? name : undefined
  }
  if (node.type === 'NewExpression' && dottedName(node['callee']) === 'Date') {
    return Array.isArray(node['arguments']) && node['arguments'].length === 0 ? 'new Date()' : undefined
  }
  if (node.type !== 'Identifier' || namesAMember(parent, member)) return undefined
  const name = String(node['name'])
  return ambient.globals.includes(name) ? name : undefined
}

// `clock.setTimeout`, `{ console: … }` and a port's own method of that name reach for nothing.
function namesAMember(parent: SyntaxNode | undefined, member: string): boolean {
  if (parent === undefined || parent['computed'] === true || parent['shorthand'] === true) return false
  return member === 'key' || member === 'property' || parent.type === 'ImportSpecifier' || parent.type.startsWith('TS')
}

interface Use {
  name: string
  start: number
}
