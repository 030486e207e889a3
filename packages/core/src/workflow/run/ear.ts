import type { RunRecord } from '../../ports/index.js'

/** Takes in what one run is told. That there is something new it learns by a count, from whoever comes by it first. */
export class Ear {
  readonly #seen: { seen: number }
  readonly #read: () => Promise<readonly RunRecord[]>
  readonly #hear: (signal: RunRecord) => void
  readonly #heard: () => void
  #told = 0
  #isReading = false

  /**
   * `seen` holds the last count that was dealt with; `read` gives the signals, the oldest first, and all of them each time;
   * `heard` is told when there is no more to be read.
   */
  constructor(
    seen: { seen: number },
    read: () => Promise<readonly RunRecord[]>,
    hear: (signal: RunRecord) => void,
    heard: () => void,
  ) {
    this.#seen = seen
    this.#read = read
    this.#hear = hear
    this.#heard = heard
  }

  /** Whether there is something that it has been told of, and has not heard yet. */
  get isListening(): boolean {
    return this.#isReading
  }

  /** There is something new: so many signals has the store counted, or, without a count, there may be. */
  nudged(nudge?: number): void {
    this.#told = Math.max(this.#told, nudge ?? 0)
    const isNew = nudge === undefined || this.#told > this.#seen.seen
    if (!this.#isReading && isNew) void this.#readAll()
  }

  async #readAll(): Promise<void> {
    this.#isReading = true
    try {
      do {
        const told = this.#told
        const signals = await this.#read()
        // Only a count of the store's own is dealt with: what was sent meanwhile has yet to be read.
        this.#seen.seen = Math.max(this.#seen.seen, told)
        for (const signal of signals) this.#hear(signal)
      } while (this.#seen.seen < this.#told)
    } catch {
      // The next beat of this process, or the next write of the run, tells of them again.
      this.#told = this.#seen.seen
    }
    this.#isReading = false
    this.#heard()
  }
}
