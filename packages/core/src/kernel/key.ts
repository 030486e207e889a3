import type { Need, Needs } from '../ports/index.js'

/** What something is provided and needed under: a name, or the key of a token. */
export type Key = string | symbol

export interface KeyedNeed {
  /** The name under which whoever needs it receives it. */
  readonly as: string
  readonly key: Key
}

export function keyedNeeds(needs: Needs): readonly KeyedNeed[] {
  return Object.entries(needs).map(([as, need]) => ({ as, key: keyOf(as, need) }))
}

/** A key as a message to a person shows it. */
export function shownKey(key: Key): string {
  return typeof key === 'string' ? key : `the port ${key.description?.replace('baton.token:', '')}`
}

function keyOf(name: string, need: Need): Key {
  return need['~need'].token?.key ?? name
}
