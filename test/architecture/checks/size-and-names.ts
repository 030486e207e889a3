import { basename } from 'node:path'
import { finding, type Finding } from '../finding.ts'
import { bannedNames, sizes } from '../rules.ts'
import type { SourceFile } from '../source-file.ts'

/** Rule 8: a file has one idea, so it is short, and a name that says which. */
export function sizeAndNames(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const limit = file.inside === 'index.ts' ? sizes.frontDoor : sizes.anyFile
    const name = file.inside
      .replace(/\.ts$/, '')
      .split('/')
      .find((part) => bannedNames.includes(part))
    const isKebab = /^[a-z0-9-]+(\.[a-z-]+)*\.ts$/.test(basename(file.inside))
    return [
      ...(file.lines.length > limit
        ? [finding(8, file, limit + 1, `at most ${limit} lines here, and this has ${file.lines.length}`)]
        : []),
      ...(name ? [finding(8, file, 1, `"${name}" says nothing about what is inside: name the one idea`)] : []),
      ...(isKebab ? [] : [finding(8, file, 1, 'files are named in kebab-case for their one export')]),
    ]
  })
}
