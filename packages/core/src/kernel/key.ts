import { type Need, type Needs, shown } from '../ports/index.js'
import { kernelFailure } from './failures.js'

/** What something is provided and needed under: a name, or the key of a token. */
export type Key = string | symbol

/** A need, with the key under which it is looked for. */
export interface KeyedNeed {
  /** The name under which whoever needs it receives it. */
  readonly as: string
  readonly key: Key
}

/** The needs with their keys; throws for what is no need. */
export function keyedNeeds(needs: Needs): readonly KeyedNeed[] {
  if (typeof needs !== 'object' || needs === null) {
    throw invalidNeed('Needs', `cannot be ${shown(needs)}`, 'Give an object: { db: need<Db>() }, or {} for none.')
  }
  return Object.entries(needs).map(([as, need]) => ({ as, key: keyOf(as, need) }))
}

/** A key as a message to a person shows it. */
export function shownKey(key: Key): string {
  return typeof key === 'string' ? key : `the port ${key.description?.replace('baton.token:', '')}`
}

function keyOf(name: string, need: Partial<Need> | undefined): Key {
  const said = need?.['~need']
  if (said === undefined) {
    throw invalidNeed(`The need ${name}`, `is ${shown(need)}, not a need`, 'Make it with need<Db>() or need(token).')
  }
  if (name === 'then') {
    throw invalidNeed('The need then', 'would make a promise of what holds it', 'Need it under another name.')
  }
  return said.token?.key ?? name
}

function invalidNeed(part: string, because: string, remedy: string) {
  return kernelFailure('kernel.invalid_part', { part, because, remedy })
}
