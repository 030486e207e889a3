import type { Tally } from './tally.js'

const failedBit = 1
const slowBit = 2

/** Has in view a number of calls: the last ones. */
export class LastCalls implements Tally {
  total = 0
  failed = 0
  slow = 0
  /** A ring; its next place is that of the oldest call. */
  readonly #calls: Uint8Array
  #next = 0

  constructor(ofLast: number) {
    this.#calls = new Uint8Array(ofLast)
  }

  add(failed: boolean, slow: boolean): void {
    const oldest = this.#calls[this.#next] as number
    if (this.total < this.#calls.length) this.total++
    this.failed += (failed ? 1 : 0) - (oldest & failedBit)
    this.slow += (slow ? 1 : 0) - (oldest >> 1)
    this.#calls[this.#next] = (failed ? failedBit : 0) | (slow ? slowBit : 0)
    this.#next = this.#next + 1 === this.#calls.length ? 0 : this.#next + 1
  }

  clear(): void {
    this.#calls.fill(0)
    this.total = 0
    this.failed = 0
    this.slow = 0
  }
}
