import { finding, type Finding } from '../finding.ts'
import { resolveInside, type SourceFile } from '../source-file.ts'

/** Rule 7, first half: no file reaches itself by imports, type imports counted. Each cycle is found once. */
export function cycles(files: readonly SourceFile[]): Finding[] {
  const byPath = new Map(files.map((file) => [`${file.package}/${file.inside}`, file]))
  const settled = new Set<SourceFile>()
  const found: Finding[] = []

  const visit = (file: SourceFile, path: readonly SourceFile[]): void => {
    if (settled.has(file)) return
    for (const { specifier, start } of file.imports) {
      const next = byPath.get(`${file.package}/${resolveInside(file, specifier)}`)
      if (next === undefined) continue
      const chain = [...path, file]
      const closes = chain.indexOf(next)
      if (closes < 0) visit(next, chain)
      else {
        const round = [...chain.slice(closes), next].map(({ inside }) => inside).join(' → ')
        found.push(finding(7, file, file.lineOf({ start }), `no import may close a cycle: ${round}`))
      }
    }
    settled.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}
