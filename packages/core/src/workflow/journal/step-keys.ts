import { createHash } from 'node:crypto'

// Names of steps hold none of the characters that join them here, so that no two keys can be the same.

const nameForm = /^[A-Za-z0-9_-]{1,64}$/

/** The key of one item of a map: by its place, or by the name that it was given. */
export function itemKey(step: string, item: number | string): string {
  return `${step}[${typeof item === 'number' ? item : itemName(item)}]`
}

/** The key of one round of a loop, from 1. */
export function roundKey(step: string, round: number): string {
  return `${step}#${round}`
}

/** The key of a step within another one. */
export function innerKey(outer: string, inner: string): string {
  return `${outer}/${inner}`
}

/** The key of the mark before a step's try of this number, or of the number of a map's items. */
export function markKey(step: string, number = 1): string {
  return number === 1 ? `${step}!` : `${step}!${number}`
}

/** The key of the permission to begin a marked step once more. */
export function permitKey(step: string, number: number): string {
  return `${step}!again${number}`
}

/** The key of the timer of a step that waits. */
export function timerKey(step: string): string {
  return `${step}@`
}

/** The key of a signal's record. */
export function signalKey(id: string): string {
  return `signal:${id}`
}

/** The signal by which a run is cancelled. */
export const cancelSignal = '$cancel'

/** The name of the step, without what was joined to it: the outermost one. */
export function outermostOf(key: string): string {
  return /^[A-Za-z0-9_-]+/.exec(key)?.[0] ?? key
}

/** A name as it is where it can stand in a key, else a short one of its own. */
function itemName(name: string): string {
  if (nameForm.test(name) && !/^\d+$/.test(name)) return name
  return `_${createHash('sha256').update(name, 'utf16le').digest('base64url').slice(0, 22)}`
}
