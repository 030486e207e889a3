import { appendFileSync } from 'node:fs'

/** What a test has seen, for the table at the end of the long form. */
export interface Sighting {
  /** What was done to the system: `SIGKILL sqlite`, `lost answer`. */
  readonly fault: string
  /** How often it really happened. */
  readonly faults: number
  /** Runs that were there, and of these the ones that came to the exact end. */
  readonly runs: number
  readonly survived: number
  readonly lost: number
  readonly doubled: number
  /** How long it took until everything was done, or taken over. */
  readonly recoveryMs?: readonly number[]
}

/** Notes what was seen, where somebody wants to know. */
export function sighted(sighting: Sighting): void {
  const file = process.env.BATON_CHAOS_REPORT
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(sighting)}\n`)
}

/** How many rounds of chance are asked for; one in the short form. */
export const rounds = Number(process.env.BATON_CHAOS_ROUNDS ?? '1')

/** What chance begins with: told in the titles, and given to have the same chances again. */
export const seed = Number(process.env.BATON_CHAOS_SEED ?? '1')

/** Numbers from 0 to 1 that are the same again for the same seed and the same name. */
export function chance(name: string): () => number {
  let state = seed
  for (const letter of name) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
