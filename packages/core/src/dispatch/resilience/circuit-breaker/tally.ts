/** Counts how the calls of late ended. */
export interface Tally {
  /** How many calls it has in view, as of the last one added. */
  readonly total: number
  readonly failed: number
  readonly slow: number
  /** Adds a call that ended at `now`, which does not go back, and may be NaN unless the tally is of a span of time. */
  add(failed: boolean, slow: boolean, now: number): void
  /** Forgets all. */
  clear(): void
}
