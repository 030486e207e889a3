/** How many of a member's recent calls failed: within the last one to two halves of a time, and in a row. */
export class RecentOutcomes {
  readonly #halfMs: number
  #since = 0
  #calls = 0
  #failures = 0
  #callsBefore = 0
  #failuresBefore = 0
  inARow = 0

  constructor(withinMs: number) {
    this.#halfMs = withinMs / 2
  }

  get calls(): number {
    return this.#calls + this.#callsBefore
  }

  get failures(): number {
    return this.#failures + this.#failuresBefore
  }

  add(failed: boolean, now: number): void {
    this.roll(now)
    this.#calls++
    if (failed) {
      this.#failures++
      this.inARow++
    } else {
      this.inARow = 0
    }
  }

  /** Lets go of what is too long ago. */
  roll(now: number): void {
    const sinceMs = now - this.#since
    if (sinceMs < this.#halfMs) return
    const isRecent = sinceMs < 2 * this.#halfMs
    this.#callsBefore = isRecent ? this.#calls : 0
    this.#failuresBefore = isRecent ? this.#failures : 0
    this.#calls = 0
    this.#failures = 0
    this.#since = now
  }

  forget(): void {
    this.#calls = this.#failures = this.#callsBefore = this.#failuresBefore = this.inARow = 0
  }
}
