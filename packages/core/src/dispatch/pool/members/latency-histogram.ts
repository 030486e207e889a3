const perDoubling = 8
/** 2^-4 ms: what is shorter counts as this. */
const lowest = -4
/** Up to 2^22 ms, which is more than an hour; what is longer counts as this. */
const doublings = 26
const most = 8_192

/** How long recent calls took, by size: it never grows, and tells a latency to within 5 %. */
export class LatencyHistogram {
  readonly #counts = new Uint16Array(doublings * perDoubling)
  #total = 0

  add(ms: number): void {
    const bucket = Math.floor((Math.log2(Math.max(ms, 0.0625)) - lowest) * perDoubling)
    const index = Math.min(bucket, this.#counts.length - 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    if (++this.#total >= most) this.#forgetHalf()
  }

  /** What so large a share of the calls took at most; 0 when there was none. */
  percentile(share: number): number {
    if (this.#total === 0) return 0
    let left = Math.ceil(share * this.#total)
    for (const [index, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return 2 ** ((index + 0.5) / perDoubling + lowest)
    }
    return 2 ** (doublings + lowest)
  }

  /** So that what was long ago counts less and less. */
  #forgetHalf(): void {
    this.#total = 0
    for (const [index, count] of this.#counts.entries()) {
      this.#counts[index] = count >> 1
      this.#total += count >> 1
    }
  }
}
