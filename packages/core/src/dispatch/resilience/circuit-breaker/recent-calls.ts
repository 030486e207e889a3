import type { Tally } from './tally.js'

const buckets = 10

/**
 * Has in view a span of time, in ten buckets: those that began within the span, so that nothing is counted that is older
 * than it, and everything that is younger than nine tenths of it.
 */
export class RecentCalls implements Tally {
  total = 0
  failed = 0
  slow = 0
  readonly #bucketMs: number
  /** Of each bucket the total, the failed and the slow. */
  readonly #counts = new Float64Array(3 * buckets)
  /** Which bucket of all times is the present one, its place in the ring, and when it ends. */
  #present = Number.NEGATIVE_INFINITY
  #place = 0
  #endsAt = Number.NEGATIVE_INFINITY

  constructor(withinMs: number) {
    this.#bucketMs = withinMs / buckets
  }

  add(failed: boolean, slow: boolean, now: number): void {
    if (now >= this.#endsAt) this.#turn(now)
    const counts = this.#counts
    const place = this.#place
    this.total++
    counts[place] = (counts[place] as number) + 1
    if (failed) {
      this.failed++
      counts[place + 1] = (counts[place + 1] as number) + 1
    }
    if (slow) {
      this.slow++
      counts[place + 2] = (counts[place + 2] as number) + 1
    }
  }

  clear(): void {
    this.#counts.fill(0)
    this.total = 0
    this.failed = 0
    this.slow = 0
  }

  /** Empties the buckets that have gone out of view, and goes on in the one of now. */
  #turn(now: number): void {
    const present = Math.floor(now / this.#bucketMs)
    const passed = Math.min(present - this.#present, buckets)
    for (let step = 0; step < passed; step++) {
      this.#place = this.#place === 3 * (buckets - 1) ? 0 : this.#place + 3
      this.#empty(this.#place)
    }
    this.#present = Math.max(this.#present, present)
    this.#endsAt = (this.#present + 1) * this.#bucketMs
  }

  #empty(place: number): void {
    this.total -= this.#counts[place] as number
    this.failed -= this.#counts[place + 1] as number
    this.slow -= this.#counts[place + 2] as number
    this.#counts.fill(0, place, place + 3)
  }
}
