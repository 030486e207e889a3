import { isNode, walk, type SyntaxNode } from './syntax.ts'

/** One place where a file names another module, in whatever way. */
export interface Import {
  specifier: string
  names: readonly string[]
  start: number
}

/** Every import of a file: `import`, `import type`, `export … from`, `import('…')` as value and as type, `require('…')`. */
export function importsOf(syntax: SyntaxNode): Import[] {
  const found: Import[] = []
  walk(syntax, (node) => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) found.push({ specifier, names: namesOf(node), start: node.start })
  })
  return found
}

function specifierOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return textOf(node['source'])
    case 'TSExternalModuleReference':
      return textOf(node['expression'])
    case 'CallExpression':
      return isRequire(node['callee']) && Array.isArray(node['arguments']) ? textOf(node['arguments'][0]) : undefined
    default:
      return undefined
  }
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

function isRequire(node: unknown): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === 'require'
}

function namesOf(node: SyntaxNode): string[] {
  if (!Array.isArray(node['specifiers'])) return []
  return node['specifiers'].flatMap((specifier: SyntaxNode) => {
    const name = specifier['imported'] ?? specifier['local']
    return isNode(name) ? [String(name['name'])] : []
  })
}
