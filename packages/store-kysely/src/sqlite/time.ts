/** A time of day, in whole milliseconds, that never goes back and never stands still. */
export class SqliteTime {
  readonly #now: () => number
  readonly #monotonic: () => number
  #last = 0
  #at: number

  /** The time of day, which somebody may set, and one that nobody can. */
  constructor(now: () => number, monotonic: () => number) {
    this.#now = now
    this.#monotonic = monotonic
    this.#at = monotonic()
  }

  /**
   * A file has no clock of its own: it is that of the host, but for the steps back. After one of these it goes on from where it
   * was: were it to wait for the clock, nothing would be due meanwhile.
   */
  now(): number {
    const at = this.#monotonic()
    this.#last = Math.max(this.#last + at - this.#at, this.#now())
    this.#at = at
    return Math.floor(this.#last)
  }
}
