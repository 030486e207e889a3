import type { Random } from '../../ports/index.js'

/** Chance that repeats itself: equal seeds give equal numbers, and identifiers count up from `id-1`. */
export class SeededRandom implements Random {
  #state: number
  #count = 0

  constructor(seed = 1) {
    this.#state = seed >>> 0
  }

  // mulberry32: short, fast, and even enough for tests.
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  id(): string {
    this.#count++
    return `id-${this.#count}`
  }
}
