import { finding, type Finding } from '../finding.ts'
import { homes } from '../rules.ts'
import type { SourceFile } from '../source-file.ts'

/** Rule 4: no room knows the container, and each library that is an implementation detail has one home. */
export function hiddenLibraries(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier, start }) => {
      const home = Object.hasOwn(homes, specifier) ? homes[specifier] : undefined
      if (home === undefined || file.inside.startsWith(home)) return []
      return [finding(4, file, file.lineOf({ start }), `${specifier} is imported by ${home} only`)]
    }),
  )
}
