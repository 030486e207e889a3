import type { Measure } from './measure.js'
import type { SettingKind } from './setting-kind.js'
import type { SettingsSection } from './settings-section.js'

/** One setting, as its schema states it. */
export interface Setting {
  /** Its place among the options of its section. */
  readonly path: readonly string[]
  /** The whole name of its environment variable; none where a text cannot express it. */
  readonly variable: string | undefined
  readonly kind: SettingKind | undefined
  readonly measure: Measure
  readonly secret: boolean
  /** Whether there has to be a value. */
  readonly required: boolean
  /** In the units of code. */
  readonly default: unknown
  readonly description: string
}

/** Settings under one name: a section, or an object within one. */
export interface SettingGroup {
  readonly path: readonly string[]
  readonly members: ReadonlyMap<string, Setting | SettingGroup>
  /** Whether the schema takes options that it does not name. */
  readonly open: boolean
}

/** A section together with what its schema says. */
export interface DescribedSection {
  readonly section: SettingsSection
  readonly group: SettingGroup
  /** All settings of the group and the groups in it. */
  readonly settings: readonly Setting[]
}

/** Whether a member of a group is a group itself. */
export function isGroup(member: Setting | SettingGroup | undefined): member is SettingGroup {
  return member !== undefined && 'members' in member
}
