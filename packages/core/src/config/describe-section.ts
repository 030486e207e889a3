import { masked, maskSecrets } from '../ports/index.js'
import { configFailure } from './failures.js'
import { measureOf } from './measure.js'
import { isRecord } from './option-tree.js'
import { dereference, schemaNodeOf } from './schema-node-of.js'
import type { DescribedSection, Setting, SettingGroup } from './setting.js'
import { kindOf, type SchemaNode } from './setting-kind.js'
import type { SettingsSection } from './settings-section.js'
import { isVariableName, usualVariable } from './variable-name.js'

interface Place {
  readonly path: readonly string[]
  readonly secret: boolean
  readonly required: boolean
  /** What the surrounding object says is the default here. */
  readonly usual: unknown
}

/** Reads what the schema of a section says: its settings, and the variable that each is read from. */
export function describeSection(section: SettingsSection, prefix: string): DescribedSection {
  const root = schemaNodeOf(section)
  const settings: Setting[] = []

  const groupOf = (node: SchemaNode, place: Place): SettingGroup => {
    const members = new Map<string, Setting | SettingGroup>()
    for (const [name, member] of Object.entries(node.properties ?? {})) {
      const inner = {
        path: [...place.path, name],
        secret: place.secret,
        required: node.required?.includes(name) ?? false,
        usual: isRecord(place.usual) && Object.hasOwn(place.usual, name) ? place.usual[name] : undefined,
      }
      members.set(name, describe(dereference(member, root), inner))
    }
    const rest = node.additionalProperties
    return { path: place.path, members, open: rest !== undefined && rest !== false }
  }

  const describe = (node: SchemaNode, place: Place): Setting | SettingGroup => {
    const name = place.path.at(-1) ?? ''
    const secret = typeof node.secret === 'boolean' ? node.secret : place.secret || soundsSecret(name)
    const usual = place.usual === undefined ? node.default : place.usual
    if (node.type === 'object' && node.properties !== undefined && node.env === undefined) {
      return groupOf(node, { ...place, secret, usual })
    }
    const setting = settingOf(section, node, { ...place, secret, usual }, prefix)
    settings.push(setting)
    return setting
  }

  const group = groupOf(root, { path: [], secret: false, required: true, usual: root.default })
  return { section, group, settings }
}

function settingOf(section: SettingsSection, node: SchemaNode, place: Place, prefix: string): Setting {
  const { path, secret, required, usual } = place
  const refuse = (because: string) =>
    configFailure('config.unsupported_schema', { section: section.name, because: `${path.join('.')} ${because}` })
  const { env } = node
  if (env !== undefined && !isVariableName(env)) {
    throw refuse('names a variable that is not in capital letters, digits and underscores')
  }
  const unit = typeof node.unit === 'string' ? node.unit : undefined
  const measure = measureOf(path.at(-1) ?? '', unit)
  if (measure === undefined) throw refuse(`cannot be measured in ${unit}`)
  // Who names a variable wants it read, also where the schema cannot say what it takes (a date, say).
  const kind = kindOf(node) ?? (env === undefined ? undefined : { kind: 'text', node: {} })
  const variable = kind && prefix + (env ?? usualVariable(section.name, path, unit))
  const description = typeof node.description === 'string' ? node.description : ''
  return { path, variable, kind, measure, secret, required, default: usual, description }
}

/** Forgetting to mark a password must not print it. */
function soundsSecret(name: string): boolean {
  return (maskSecrets({ [name]: 0 }) as Record<string, unknown>)[name] === masked
}
