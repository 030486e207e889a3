import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../tools/workspace.mjs'
import { type Page, readMarkdown } from './markdown.ts'

/** One page of documentation, with its path from the top of the workspace. */
export interface Document extends Page {
  path: string
}

/** Every page that users and contributors read. Decision records are history and may show code that is gone. */
export function documents(): Document[] {
  return globSync(['README.md', 'CONTRIBUTING.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('docs/decisions/'))
    .toSorted()
    .map((path) => ({ path, ...readMarkdown(readFileSync(join(root, path), 'utf8')) }))
}
