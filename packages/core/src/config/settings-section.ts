import type { StandardSchema } from '../ports/index.js'

/** The settings of one room or plugin: one zod object in which each has its default, its bounds and its `.meta`. */
export interface SettingsSection {
  readonly name: string
  /** A zod object (of any copy of zod 4). Its members may have `.meta({ env, unit, secret, description })`. */
  readonly schema: StandardSchema
  /** The options given in code: they win over the environment, as the environment wins over defaults. */
  readonly given?: object | undefined
  /** Whose settings they are; it decides what faults call them. */
  readonly owner?: 'room' | 'plugin' | undefined
}

/** Where a setting stands in code, as the host writes it. */
export function codeName(section: SettingsSection, path: readonly string[]): string {
  const base = section.owner === 'plugin' ? `${section.name}.options` : `settings.${section.name}`
  return [base, ...path].join('.')
}
