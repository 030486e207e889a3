import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { importsOf, type Import } from './imports.ts'
import { parse, type SyntaxNode } from './syntax.ts'

/** One file of a package: `path` starts at the workspace, `inside` below the package's `src`. */
export interface SourceFile {
  path: string
  package: string
  inside: string
  isTest: boolean
  lines: readonly string[]
  syntax: SyntaxNode
  imports: readonly Import[]
  lineOf(node: { start: number }): number
}

/** Reads every TypeScript file of every package below a workspace folder. */
export function readSources(workspace: string): SourceFile[] {
  return globSync('packages/*/src/**/*.ts', { cwd: workspace })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => sourceFile(path, readFileSync(join(workspace, path), 'utf8')))
}

/** Makes a source file of a path such as `packages/core/src/ports/clock.ts` and its text. */
export function sourceFile(path: string, text: string): SourceFile {
  const [, name = '', ...rest] = path.replace('/src/', '/').split('/')
  const syntax = parse(text)
  return {
    path,
    package: name,
    inside: rest.join('/'),
    isTest: /\.(test|test-d|bench)\.ts$/.test(path),
    lines: text.replace(/\n$/, '').split('\n'),
    syntax,
    imports: importsOf(syntax),
    lineOf: ({ start }) => text.slice(0, start).split('\n').length,
  }
}

/** The path that a relative import of a file leads to, below the package's `src`; undefined for a module of others. */
export function resolveInside(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(dirname(file.inside), specifier).replace(/\.js$/, '.ts')
}
