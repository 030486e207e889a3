import type { SettingRow } from './setting-row.js'

const columns = ['variable', 'value', 'from', 'unit', 'allowed', 'meaning']

/** All settings in force as a table for a terminal, grouped by section; the values of secrets are masked. */
export function describeConfig(rows: readonly SettingRow[]): string {
  const lines = rows.map(cells)
  const widths = columns.map((title, index) =>
    Math.max(title.length, ...lines.map((line) => (line[index] ?? '').length)),
  )
  const aligned = (line: readonly string[]) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const output = [aligned(columns)]
  rows.forEach((row, index) => {
    const before = rows[index - 1]
    if (row.section !== before?.section || row.owner !== before.owner) {
      output.push('', row.owner === 'plugin' ? `${row.section} (plugin)` : row.section)
    }
    output.push(aligned(lines[index] ?? []))
  })
  return `${output.join('\n')}\n`
}

function cells({ variable, name, value, source, unit, allowed, description }: SettingRow): string[] {
  const meaning = description.replace(/\s+/g, ' ')
  return [variable ?? name, value || 'not set', source, unit, variable ? allowed : 'given in code only', meaning]
}
