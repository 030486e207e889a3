import type { SettledRate } from './rate-limit-layer.js'

/**
 * Fills evenly with time up to `burst`, and is taken from. Times do not go back; one that does counts as the latest known.
 */
export class TokenBucket {
  readonly burst: number
  readonly #perMs: number
  /** Sums of fractions are a little off: so much may be missing, and is owed. */
  readonly #tolerance: number
  #level: number
  #at: number

  constructor({ limit, perMs, burst }: SettledRate, now: number) {
    this.burst = burst
    this.#perMs = limit / perMs
    this.#tolerance = burst * 1e-9
    this.#level = burst
    this.#at = now
  }

  has(count: number, now: number): boolean {
    this.#fill(now)
    return this.#level + this.#tolerance >= count
  }

  /** Takes so many, whether there are enough or not: what is missing is owed. */
  take(count: number): void {
    this.#level -= count
  }

  /** Puts back so many, or takes more where it is negative. */
  put(count: number, now: number): void {
    // What came in before and found no place is not there for what is owed now.
    this.#fill(now)
    this.#level = Math.min(this.burst, this.#level + count)
  }

  /** How much there is at a time that has come. */
  levelAt(now: number): number {
    this.#fill(now)
    return this.#level
  }

  /** How much there is after a time, if it was so much before. */
  levelAfter(ms: number, level: number): number {
    return Math.min(this.burst, level + ms * this.#perMs)
  }

  /** How long it takes from one level to another. */
  msBetween(level: number, wanted: number): number {
    return level + this.#tolerance >= wanted ? 0 : (wanted - level) / this.#perMs
  }

  #fill(now: number): void {
    if (now <= this.#at) return
    this.#level = this.levelAfter(now - this.#at, this.#level)
    this.#at = now
  }
}
