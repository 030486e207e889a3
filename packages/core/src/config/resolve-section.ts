import { nearestName, type SchemaIssue, shown } from '../ports/index.js'
import { faultOf } from './fault-of.js'
import { judge } from './judge.js'
import { freezeTree, isRecord, unknownOptions, valueAt, withValue } from './option-tree.js'
import type { Reading, SectionReading } from './reading.js'
import type { SecretTexts } from './secret-texts.js'
import { isGroup, type SettingGroup } from './setting.js'
import { faultLine, type SettingFault } from './setting-fault.js'
import { codeName, type SettingsSection } from './settings-section.js'

/** What came of a section: its values, or its faults. */
export interface SectionResult {
  readonly values: unknown
  readonly faults: readonly SettingFault[]
  readonly warnings: readonly string[]
}

/** Has the schema of a section judge what was found, and says what it finds wrong in the words of whoever gave it. */
export function resolveSection(reading: SectionReading, fromEnvironment: boolean, secrets: SecretTexts): SectionResult {
  const { section, group } = reading.described
  const faults = optionFaults(section, group)
  const unreadable = reading.readings.filter(({ source, value }) => source === 'environment' && value === undefined)
  for (const one of unreadable) faults.push(faultOf(section, one, fromEnvironment))

  const result = judge(section, reading.options, secrets)
  const issues = result.issues ?? []
  for (const [one, because] of settingIssues(reading, issues, secrets)) {
    if (!unreadable.includes(one)) faults.push(faultOf(section, one, fromEnvironment, because))
  }
  faults.push(...groupFaults(reading, issues, secrets))
  if (issues.length > 0 && faults.length === 0) faults.push({ name: codeName(section, []), received: 'refused' })
  return {
    values: result.issues === undefined ? freezeTree(group, result.value) : undefined,
    faults,
    warnings: overruled(reading, secrets),
  }
}

function optionFaults(section: SettingsSection, group: SettingGroup): SettingFault[] {
  const { given = {} } = section
  if (!isRecord(given))
    return [{ name: codeName(section, []), received: misplaced(given), allowed: 'an object of options' }]
  return unknownOptions(group, given).map((path) => {
    const nearest = nearestName(path.at(-1) ?? '', membersAround(group, path))
    const meant = nearest === undefined ? undefined : codeName(section, [...path.slice(0, -1), nearest])
    const name = codeName(section, path)
    return { name, received: 'not known', ...(meant !== undefined && { because: `did you mean ${meant}?` }) }
  })
}

function membersAround(group: SettingGroup, path: readonly string[]): Iterable<string> {
  let around = group
  for (const name of path.slice(0, -1)) {
    const member = around.members.get(name)
    if (isGroup(member)) around = member
  }
  return around.members.keys()
}

/** The issues that lie in a setting, one for each, with what the schema says where our own words do not say it. */
function settingIssues(
  { readings }: SectionReading,
  issues: readonly SchemaIssue[],
  secrets: SecretTexts,
): Map<Reading, string | undefined> {
  const found = new Map<Reading, string | undefined>()
  for (const issue of issues) {
    const reading = readings.find(({ setting }) => liesIn(issue, setting.path))
    if (reading === undefined) continue
    const said = saysMore(issue, reading) ? secrets.without(issue.message) : undefined
    found.set(reading, [found.get(reading), said].filter((text) => text !== undefined).join('; ') || undefined)
  }
  return found
}

function groupFaults(
  { described, readings, options }: SectionReading,
  issues: readonly SchemaIssue[],
  secrets: SecretTexts,
): SettingFault[] {
  const rest = issues.filter(
    (issue) => codeOf(issue) !== 'unrecognized_keys' && !readings.some(({ setting }) => liesIn(issue, setting.path)),
  )
  return rest.map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    const value = valueAt(options, path)
    const name = codeName(described.section, path)
    if (value !== undefined && !isRecord(value))
      return { name, received: misplaced(value), allowed: 'an object of options' }
    const received = value === undefined ? 'not given' : 'refused'
    return { name, received, because: secrets.without(issue.message) }
  })
}

/** Variables that are wrong but overruled by code: no harm today, a surprise on the day the code lets go. */
function overruled({ described, readings, options }: SectionReading, secrets: SecretTexts): string[] {
  const { section } = described
  return readings.flatMap((reading) => {
    const { setting, source, text, value } = reading
    if (source !== 'code' || text === undefined) return []
    const own = { ...reading, source: 'environment' } as const
    const wrong = () => {
      const { issues = [] } = judge(section, withValue(options, setting.path, value), secrets)
      return issues.some((issue) => liesIn(issue, setting.path))
    }
    if (value !== undefined && !wrong()) return []
    const because = `${codeName(section, setting.path)} in code is used instead`
    return [faultLine(faultOf(section, own, true, because))]
  })
}

/** What stands where a group of options should: never the text itself, which may be the secret that belongs within. */
function misplaced(value: unknown): string {
  return typeof value === 'string' ? 'a string' : shown(value)
}

const ownWords = new Set(['invalid_type', 'too_small', 'too_big', 'invalid_value', 'invalid_union', 'not_multiple_of'])

function saysMore(issue: SchemaIssue, { setting }: Reading): boolean {
  return setting.kind === undefined || !ownWords.has(codeOf(issue) ?? '')
}

function codeOf(issue: SchemaIssue): string | undefined {
  return (issue as { code?: string }).code
}

function liesIn(issue: SchemaIssue, path: readonly string[]): boolean {
  const parts = issue.path ?? []
  return path.every((name, index) => {
    const part = parts[index]
    return name === String(typeof part === 'object' ? part.key : part)
  })
}
