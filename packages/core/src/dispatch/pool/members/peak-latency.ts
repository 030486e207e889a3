/** After how long without a call what is held against a member is about a third of what it was. */
const forgetMs = 10_000
/** How much of the way down a shorter call moves the average at least; more, the longer ago the last one was. */
const downward = 0.1
/** What a call takes at least: nothing at all would make any number of calls under way look like none. */
const leastMs = 0.001

/** What calls take at a member: their moving average, which rises at once to each peak and comes down slowly. */
export class PeakLatency {
  /** Whether a call was ever measured; as long as none was, it is a guess. */
  isKnown = false
  #ms = 1
  #at = Number.NEGATIVE_INFINITY

  /** The average when it was last measured. */
  get ms(): number {
    return this.#ms
  }

  /** What a call will probably take: the longer ago the last one, the less is held against the member. */
  at(now: number): number {
    const sinceMs = now - this.#at
    if (!this.isKnown || sinceMs < 1) return this.#ms + leastMs
    return this.#ms * Math.exp(-sinceMs / forgetMs) + leastMs
  }

  /** A call was done. */
  measured(ms: number, now: number): void {
    if (!this.isKnown || ms > this.#ms) this.#ms = ms
    else this.#ms += (ms - this.#ms) * Math.max(downward, 1 - Math.exp((this.#at - now) / forgetMs))
    this.isKnown = true
    this.#at = now
  }

  /** A call was given up or failed: what it took speaks against the member if it is long, and not for it if it is short. */
  tookAtLeast(ms: number, now: number): void {
    if (ms > this.#ms) this.measured(ms, now)
    else if (this.isKnown) this.#at = now
  }

  /** Nothing is known yet: it is probably like the others. */
  guess(ms: number): void {
    if (!this.isKnown) this.#ms = ms
  }
}
