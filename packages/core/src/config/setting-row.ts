import { masked, maskText, shown } from '../ports/index.js'
import { allowedValues } from './allowed-values.js'
import { toVariable } from './measure.js'
import { valueAt } from './option-tree.js'
import type { Source } from './reading.js'
import type { DescribedSection, Setting } from './setting.js'
import { codeName } from './settings-section.js'

/** One setting as a person reads it: a line of the table. Secrets are masked. */
export interface SettingRow {
  readonly section: string
  readonly owner: 'room' | 'plugin'
  /** Where it stands in code. */
  readonly name: string
  /** Its environment variable; undefined when only code can give it. */
  readonly variable: string | undefined
  /** The value in force, as the variable would state it. */
  readonly value: string
  readonly source: Source
  /** The default, as the variable would state it. */
  readonly usual: string
  readonly required: boolean
  readonly unit: string
  readonly allowed: string
  readonly description: string
}

/** The rows of a section, from its parsed values; without values, as they are by default. */
export function settingRows(described: DescribedSection, values: unknown, sources: readonly Source[]): SettingRow[] {
  const { section, settings } = described
  return settings.map((setting, index) => ({
    section: section.name,
    owner: section.owner ?? 'room',
    name: codeName(section, setting.path),
    variable: setting.variable,
    value: written(valueAt(values, setting.path), setting),
    source: sources[index] ?? 'default',
    usual: written(setting.default, setting),
    required: setting.required,
    unit: setting.measure.variableUnit ?? '',
    allowed: allowedValues(setting.kind, setting.measure, 'environment'),
    description: setting.description,
  }))
}

function written(value: unknown, setting: Setting): string {
  if (value === undefined || value === null) return ''
  if (setting.secret) return masked
  if (Array.isArray(value) && setting.kind?.kind === 'list') {
    return value.map((item: unknown) => written(item, setting)).join(',')
  }
  if (typeof value === 'number') return String(toVariable(value, setting.measure))
  if (typeof value !== 'string') return shown(value)
  return /^[!-~]([ -~]{0,78}[!-~])?$/.test(value) ? maskText(value) : shown(value)
}
