import type { SourceFile } from './source-file.ts'

/** One broken rule: where, the line as written, and what is allowed instead. */
export interface Finding {
  rule: number
  where: string
  line: string
  allowed: string
}

/** A finding about one line of a file. */
export function finding(rule: number, file: SourceFile, line: number, allowed: string): Finding {
  return { rule, where: `${file.path}:${line}`, line: (file.lines[line - 1] ?? '').trim(), allowed }
}

/** A finding as it is shown to whoever has to mend it. */
export function show({ where, line, rule, allowed }: Finding): string {
  return `${where}\n    ${line}\n  rule ${rule}: ${allowed}`
}
