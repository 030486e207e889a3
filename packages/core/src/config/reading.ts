import { type Environment, variableText } from './config.js'
import { copyOf, isRecord, type OptionTree, treeOf, valueAt, withValue } from './option-tree.js'
import { readVariable } from './read-variable.js'
import type { DescribedSection, Setting } from './setting.js'

/** Where the value of a setting comes from: the first of these that has one. */
export type Source = 'code' | 'environment' | 'default'

/** What was found for one setting, before its schema has judged it. */
export interface Reading {
  readonly setting: Setting
  readonly source: Source
  /** What code gives. */
  readonly given: unknown
  /** What the environment says, also where code wins. */
  readonly text: string | undefined
  /** What that text stands for; undefined when it stands for nothing. */
  readonly value: unknown
}

/** What was found for a section: for each setting, and all together as its schema expects them. */
export interface SectionReading {
  readonly described: DescribedSection
  readonly readings: readonly Reading[]
  readonly options: OptionTree
}

/** Gathers what code and environment say about a section; code wins. No environment is read where none is given. */
export function readSection(described: DescribedSection, env: Environment | undefined): SectionReading {
  const { section, group, settings } = described
  let options = isRecord(section.given) ? copyOf(group, section.given) : treeOf([])
  const readings = settings.map((setting) => {
    const given = valueAt(options, setting.path)
    return readSetting(setting, given, env)
  })
  for (const { setting, source, text, value } of readings) {
    // A text that cannot be read goes to the schema as it is, so that rules across settings wait for a better one.
    if (source === 'environment') options = withValue(options, setting.path, value === undefined ? text : value)
  }
  return { described, readings, options }
}

function readSetting(setting: Setting, given: unknown, env: Environment | undefined): Reading {
  const { variable, kind, measure } = setting
  const text = env !== undefined && variable !== undefined ? variableText(env, variable) : undefined
  const value = text === undefined || kind === undefined ? undefined : readVariable(text, kind, measure)
  const source = given !== undefined ? 'code' : text !== undefined ? 'environment' : 'default'
  return { setting, source, given, text, value }
}
