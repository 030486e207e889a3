/** What can be in a chain: it says in which, and what stands beside it. */
export interface Chained<Run extends Chained<Run>> {
  chain: RunChain<Run> | undefined
  previous: Run | undefined
  following: Run | undefined
}

/** Runs in the order in which they joined, linked through the runs themselves: to join and to leave allocates nothing. */
export class RunChain<Run extends Chained<Run>> {
  first: Run | undefined = undefined
  size = 0
  #last: Run | undefined = undefined

  add(run: Run): void {
    this.size++
    run.chain = this
    run.previous = this.#last
    if (this.#last === undefined) this.first = run
    else this.#last.following = run
    this.#last = run
  }

  remove(run: Run): void {
    this.size--
    const { previous, following } = run
    if (previous === undefined) this.first = following
    else previous.following = following
    if (following === undefined) this.#last = previous
    else following.previous = previous
    run.chain = run.previous = run.following = undefined
  }

  *[Symbol.iterator](): Generator<Run> {
    for (let run = this.first; run !== undefined; ) {
      // Read before the run is given out: it may leave meanwhile.
      const { following } = run
      yield run
      run = following
    }
  }
}
