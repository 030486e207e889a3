import { usualPrefix } from './config.js'
import { describeSection } from './describe-section.js'
import { type SettingRow, settingRows } from './setting-row.js'
import type { SettingsSection } from './settings-section.js'

/** The settings of sections as Markdown, a table for each: what there is to set, and what it is when nobody sets it. */
export function configMarkdown(sections: readonly SettingsSection[], prefix: string = usualPrefix): string {
  return sections.map((section) => sectionMarkdown(section, prefix)).join('\n')
}

function sectionMarkdown(section: SettingsSection, prefix: string): string {
  const rows = settingRows(describeSection(section, prefix), undefined, [])
  const table = rows.length === 0 ? ['There is nothing to set.'] : [head, ...rows.map(line)]
  return [`## ${section.name}`, '', ...table, ''].join('\n')
}

const head = '| variable | in code | default | unit | allowed | meaning |\n|---|---|---|---|---|---|'

function line({ variable, name, usual, required, unit, allowed, description }: SettingRow): string {
  const value = usual !== '' ? code(usual) : required ? 'none: must be given' : 'not set'
  const cells = [variable ? code(variable) : '(in code only)', code(name), value, unit, allowed, description]
  return `| ${cells.map(cell).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}

/** A bar or a line break would end the cell. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
}
