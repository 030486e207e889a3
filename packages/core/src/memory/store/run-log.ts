import type { RunEntry } from './run-entry.js'

/** Fewer deleted runs than these are not worth the sweep. */
const fewDeleted = 64

/** Runs in the order of their creation; deleted ones stay in place until half of it is such. */
export class RunLog {
  #runs: RunEntry[] = []
  #deleted = 0

  get size(): number {
    return this.#runs.length - this.#deleted
  }

  add(run: RunEntry): void {
    this.#runs.push(run)
  }

  /** Is told that one of its runs was deleted. */
  forget(): void {
    this.#deleted++
    if (this.#deleted < fewDeleted || this.#deleted * 2 < this.#runs.length) return
    this.#runs = this.#runs.filter((run) => !run.deleted)
    this.#deleted = 0
  }

  /** Its runs of lower numbers and earlier creation than these, newest first. */
  *before(number: number, time: number): Generator<RunEntry> {
    const runs = this.#runs
    for (let index = this.#countBefore(number, time) - 1; index >= 0; index--) {
      const run = runs[index]
      if (run !== undefined && !run.deleted) yield run
    }
  }

  #countBefore(number: number, time: number): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      const run = this.#runs[middle]
      // Both grow along the log.
      if (run !== undefined && run.number < number && run.createdAt < time) low = middle + 1
      else high = middle
    }
    return low
  }
}
