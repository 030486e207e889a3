import { isGroup, type SettingGroup } from './setting.js'

/** Options as an object with named members, some of which are such objects. */
export type OptionTree = Record<string, unknown>

/** Options that have only the members they were given: a setting may be called `constructor`. */
export function treeOf(entries: Iterable<readonly [string, unknown]>): OptionTree {
  const tree: OptionTree = Object.create(null)
  for (const [name, value] of entries) tree[name] = value
  return tree
}

/** Whether a value is an object with named members. */
export function isRecord(value: unknown): value is OptionTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a place, or undefined. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

/** A copy of what was given, as deep as the groups go; what lies within a single setting is the host's own and stays so. */
export function copyOf(group: SettingGroup, given: OptionTree): OptionTree {
  const entries = Object.entries(given).filter(([name, value]) => value !== undefined && knows(group, name))
  return treeOf(
    entries.map(([name, value]) => {
      const member = group.members.get(name)
      return [name, isGroup(member) && isRecord(value) ? copyOf(member, value) : value]
    }),
  )
}

/** A copy of a tree with a value put in its place; the same tree where something that is no object stands in the way. */
export function withValue(tree: OptionTree, path: readonly string[], value: unknown): OptionTree {
  const [name, ...rest] = path
  if (name === undefined) return tree
  const inner = rest.length === 0 ? value : (tree[name] ?? treeOf([]))
  if (rest.length > 0 && !isRecord(inner)) return tree
  const changed = rest.length > 0 && isRecord(inner) ? withValue(inner, rest, value) : inner
  return treeOf([...Object.entries(tree), [name, changed]])
}

/** The places of options that a group and the groups in it do not know. */
export function unknownOptions(group: SettingGroup, given: OptionTree): (readonly string[])[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const member = group.members.get(name)
    if (isGroup(member)) return isRecord(value) ? unknownOptions(member, value) : []
    return value === undefined || knows(group, name) ? [] : [[...group.path, name]]
  })
}

/** Makes parsed settings read-only, as deep as the groups and lists that the schema made; a pool given stays as it is. */
export function freezeTree(group: SettingGroup, tree: unknown): unknown {
  if (!isRecord(tree)) return tree
  for (const [name, member] of group.members) {
    if (isGroup(member)) freezeTree(member, tree[name])
    else if (Array.isArray(tree[name]) && member.kind?.kind === 'list') Object.freeze(tree[name])
  }
  return Object.freeze(tree)
}

function knows(group: SettingGroup, name: string): boolean {
  return group.open || group.members.has(name)
}
