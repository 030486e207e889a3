import { type OutputOf, type StandardSchema, shown } from '../ports/index.js'
import { checkConflicts } from './check-conflicts.js'
import { type Config, configFromEnv, type Environment } from './config.js'
import { describeSection } from './describe-section.js'
import { configFailure } from './failures.js'
import { readSection, type SectionReading } from './reading.js'
import { resolveSection } from './resolve-section.js'
import { SecretTexts } from './secret-texts.js'
import { faultLine } from './setting-fault.js'
import { type SettingRow, settingRows } from './setting-row.js'
import type { SettingsSection } from './settings-section.js'
import { unknownVariables } from './unknown-variables.js'

/** All settings, parsed once and read-only from then on. */
export interface ResolvedConfig {
  /** The values of a section; typed when the section's own schema is given. */
  get(section: string): Readonly<Record<string, unknown>>
  get<Schema extends StandardSchema>(section: string, schema: Schema): Readonly<OutputOf<Schema>>
  /** What is probably not meant so: unknown variables, faulty ones that code overrules. */
  readonly warnings: readonly string[]
  /** Every setting with its value and where that comes from, for `describeConfig`. */
  readonly rows: readonly SettingRow[]
}

/**
 * Parses the settings of all sections: what code gives wins over the environment, and that over defaults.
 * Without a config no environment is read. Throws `config.invalid` with every fault there is.
 */
export function resolveConfig(
  sections: readonly SettingsSection[],
  config: Config | undefined,
  env: Environment,
): ResolvedConfig {
  const { prefix, strict, env: own } = config ?? configFromEnv()
  const variables = config === undefined ? undefined : (own ?? env)
  const described = sections.map((section) => describeSection(section, prefix))
  checkConflicts(described)

  const known = new Set(described.flatMap(({ settings }) => settings.flatMap(({ variable }) => variable ?? [])))
  const unknown = variables === undefined ? [] : unknownVariables(variables, prefix, known)
  const readings = described.map((section) => readSection(section, variables))
  const secrets = secretsOf(readings)
  const results = readings.map((reading) => resolveSection(reading, variables !== undefined, secrets))

  const faults = [...results.flatMap((result) => result.faults), ...(strict ? unknown : [])]
  if (faults.length > 0) throw configFailure('config.invalid', { faults })

  const values = new Map(results.map((result, index) => [sections[index]?.name, result.values]))
  return Object.freeze({
    get(name: string, schema?: StandardSchema) {
      const section = sections.find((one) => one.name === name)
      if (section === undefined || (schema !== undefined && schema !== section.schema)) {
        throw configFailure('config.unknown_section', { section: shown(name), known: sections.map((one) => one.name) })
      }
      return values.get(name) as never
    },
    warnings: [...results.flatMap((result) => result.warnings), ...(strict ? [] : unknown.map(faultLine))],
    get rows() {
      return readings.flatMap(({ described: section, readings: found }, index) =>
        settingRows(
          section,
          results[index]?.values,
          found.map(({ source }) => source),
        ),
      )
    },
  })
}

function secretsOf(sections: readonly SectionReading[]): SecretTexts {
  const secrets = new SecretTexts()
  for (const { setting, given, text, value } of sections.flatMap(({ readings }) => readings)) {
    if (!setting.secret) continue
    for (const one of [given, text, value, setting.default]) secrets.add(one)
  }
  return secrets
}
