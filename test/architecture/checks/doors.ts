import { finding, type Finding } from '../finding.ts'
import { doorOf, placeOf } from '../place.ts'
import { resolveInside, type SourceFile } from '../source-file.ts'

/** Rule 2: others enter a room by its `index.ts`, its own files never do; the front door names each export. */
export function doors(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const here = placeOf(file.inside)
    return file.imports.flatMap(({ specifier, start }) => {
      const line = file.lineOf({ start })
      const target = resolveInside(file, specifier)
      if (target === undefined) return []
      const there = placeOf(target)
      const door = doorOf(there)
      if (there.room !== here.room && door !== undefined && target !== door) {
        return [finding(2, file, line, `${there.room} is entered by its door only: import from ${door}`)]
      }
      const ownDoor = here.kind === 'root' ? 'index.ts' : door
      if (there.room === here.room && target === ownDoor) {
        return [finding(2, file, line, `files of ${here.room} import each other directly, not through their own door`)]
      }
      if (file.inside === 'index.ts' && /^export\s*\*/.test(file.lines[line - 1] ?? '')) {
        return [finding(2, file, line, 'the front door names each of its exports')]
      }
      return []
    })
  })
}
