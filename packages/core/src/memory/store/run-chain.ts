import type { RunEntry } from './run-entry.js'

/** Runs in the order in which they joined, linked through the runs themselves: to join and to leave allocates nothing. */
export class RunChain {
  first: RunEntry | undefined = undefined
  #last: RunEntry | undefined = undefined

  add(run: RunEntry): void {
    run.chain = this
    run.previous = this.#last
    if (this.#last === undefined) this.first = run
    else this.#last.following = run
    this.#last = run
  }

  remove(run: RunEntry): void {
    const { previous, following } = run
    if (previous === undefined) this.first = following
    else previous.following = following
    if (following === undefined) this.#last = previous
    else following.previous = previous
    run.chain = run.previous = run.following = undefined
  }

  *[Symbol.iterator](): Generator<RunEntry> {
    for (let run = this.first; run !== undefined; ) {
      // Read before the run is given out: it may leave meanwhile.
      const { following } = run
      yield run
      run = following
    }
  }
}
