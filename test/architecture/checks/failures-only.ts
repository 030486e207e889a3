import { finding, type Finding } from '../finding.ts'
import type { SourceFile } from '../source-file.ts'
import { dottedName, isNode, type SyntaxNode, walk } from '../syntax.ts'

const bare = /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/

/** Beside the numbered rules: what is thrown is a failure with a code, and no cast switches the checker off. */
export function failuresOnly(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const found: Finding[] = []
    const note = (node: SyntaxNode, allowed: string) => found.push(finding(0, file, file.lineOf(node), allowed))
    walk(file.syntax, (node) => {
      if (rejectsWithBareError(node)) note(node, 'throw a failure with a code, and keep the error as its cause')
      if (
        node.type === 'TSAsExpression' &&
        isNode(node['typeAnnotation']) &&
        node['typeAnnotation'].type === 'TSAnyKeyword'
      ) {
        note(node, '`as any` switches the checker off: cast to the type that is meant, or to unknown')
      }
    })
    return found
  })
}

function rejectsWithBareError(node: SyntaxNode): boolean {
  const isReject = node.type === 'CallExpression' && /(^|\.)reject$/.test(dottedName(node['callee']) ?? '')
  const thrown = isReject
    ? (node['arguments'] as unknown[])[0]
    : node.type === 'ThrowStatement'
      ? node['argument']
      : undefined
  return isNode(thrown) && /^(New|Call)Expression$/.test(thrown.type) && bare.test(dottedName(thrown['callee']) ?? '')
}
