/** A time of day, in whole milliseconds, that never goes back. */
export class SqliteTime {
  readonly #now: () => number
  #last = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** A file has no clock of its own: it is that of the host, but for the steps back. */
  now(): number {
    this.#last = Math.max(this.#last, Math.floor(this.#now()))
    return this.#last
  }
}
