import type { Measured, Measurement } from './measure.ts'

/** The measurements as one table of Markdown; every ratio is to the floor of the same run. */
export function table(benches: readonly Measured[]): string {
  const rows = benches.flatMap(({ name, floor, cases }) => [
    [name, `floor: ${floor.name}`, time(floor.ns), spread(floor), '1', '', ''],
    ...cases.map((each) => [
      '',
      each.name,
      time(each.ns),
      spread(each),
      (each.ns / floor.ns).toFixed(2),
      targetInWords(each),
      verdict(each, floor),
    ]),
  ])
  const all = [['bench', 'case', 'per operation', '±', 'x floor', 'target', ''], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0))) ?? []
  const [head, ...body] = all.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body].join('\n')
}

/** Says whether a case kept its target; one without a target always has. */
export function keepsTarget({ ns, target }: Measurement, floor: Measurement): boolean {
  if (target === undefined) return true
  if ('timesFloor' in target) return ns <= target.timesFloor * floor.ns
  if ('overFloorNs' in target) return ns - floor.ns <= target.overFloorNs
  return ns <= Math.max(target.ns, (target.orTimesFloor ?? 0) * floor.ns)
}

function verdict(measured: Measurement, floor: Measurement): string {
  if (measured.target === undefined) return ''
  return keepsTarget(measured, floor) ? 'kept' : 'MISSED'
}

function targetInWords({ target }: Measurement): string {
  if (target === undefined) return ''
  if ('timesFloor' in target) return `≤ ${target.timesFloor} x floor`
  if ('overFloorNs' in target) return `≤ floor + ${time(target.overFloorNs)}`
  const { ns, orTimesFloor } = target
  return `≤ ${time(ns)}${orTimesFloor === undefined ? '' : ` or ${orTimesFloor} x floor`}`
}

function spread({ spread: share }: Measurement): string {
  return `${(share * 100).toFixed(0)} %`
}

function time(ns: number): string {
  if (ns < 1_000) return `${ns.toFixed(ns < 10 ? 1 : 0)} ns`
  if (ns < 1_000_000) return `${(ns / 1_000).toFixed(2)} µs`
  return `${(ns / 1_000_000).toFixed(2)} ms`
}
