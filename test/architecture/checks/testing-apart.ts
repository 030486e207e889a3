import { finding, type Finding } from '../finding.ts'
import { placeOf } from '../place.ts'
import { testing, type TestingPart } from '../rules.ts'
import { resolveInside, type SourceFile } from '../source-file.ts'

/** Rule 5: shipped source never imports `testing`, and each part of `testing` imports little beside itself. */
export function testingApart(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const part = testing.find(({ path }) => file.inside.startsWith(path))
    return file.imports.flatMap(({ specifier, start }) => {
      const target = resolveInside(file, specifier)
      const broken = part ? outsidePart(part, specifier, target) : intoTesting(target)
      return broken ? [finding(5, file, file.lineOf({ start }), broken)] : []
    })
  })
}

function intoTesting(target: string | undefined): string | undefined {
  const isTesting = target !== undefined && placeOf(target).kind === 'testing'
  return isTesting ? 'shipped source never imports testing; test files may' : undefined
}

function outsidePart(part: TestingPart, specifier: string, target: string | undefined): string | undefined {
  const { path, places, modules } = part
  if (target === undefined) {
    if (modules === undefined || modules.includes(specifier)) return undefined
    return `of modules that are not ours, ${path} imports ${modules.join(' and ')} only`
  }
  const { kind, room } = placeOf(target)
  if (kind === 'testing' || places.includes(room)) return undefined
  return `${path} imports ${places.join(', ')} and the rest of testing only`
}
