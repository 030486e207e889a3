/** What can wait for a time: it says in which heap, and where there. */
export interface Waiting<Run extends Waiting<Run>> {
  readonly number: number
  readonly wakeAt: number | undefined
  due: DueRuns<Run> | undefined
  dueIndex: number
}

type Timed = Pick<Waiting<never>, 'number' | 'wakeAt'>

/** Waiting runs, the one that is due first on top: a heap in which each run knows its place, so that any can leave. */
export class DueRuns<Run extends Waiting<Run>> {
  readonly #heap: Run[] = []

  add(run: Run): void {
    run.due = this
    this.#heap.push(run)
    this.#rise(run, this.#heap.length - 1)
  }

  remove(run: Run): void {
    const index = run.dueIndex
    const last = this.#heap.pop()
    run.due = undefined
    run.dueIndex = -1
    if (last === undefined || last === run) return
    this.#rise(last, index)
    this.#sink(last, last.dueIndex)
  }

  /** Takes off and returns what is due at a time, in order, at most `limit` of them. */
  take(now: number, limit: number): Run[] {
    const taken: Run[] = []
    for (let top = this.#heap[0]; top !== undefined && taken.length < limit; top = this.#heap[0]) {
      if (dueTime(top) > now) break
      this.remove(top)
      taken.push(top)
    }
    return taken
  }

  /** All that is due at a time, in no order; what is not due yet is not looked at. */
  *at(now: number, index = 0): Generator<Run> {
    const run = this.#heap[index]
    if (run === undefined || dueTime(run) > now) return
    yield run
    yield* this.at(now, 2 * index + 1)
    yield* this.at(now, 2 * index + 2)
  }

  #rise(run: Run, from: number): void {
    let index = from
    while (index > 0) {
      const above = this.#heap[(index - 1) >> 1]
      if (above === undefined || !dueBefore(run, above)) break
      this.#place(above, index)
      index = (index - 1) >> 1
    }
    this.#place(run, index)
  }

  #sink(run: Run, from: number): void {
    let index = from
    for (;;) {
      const left = this.#heap[2 * index + 1]
      const right = this.#heap[2 * index + 2]
      const lesser = left !== undefined && right !== undefined && dueBefore(right, left) ? right : left
      if (lesser === undefined || !dueBefore(lesser, run)) break
      const below = lesser.dueIndex
      this.#place(lesser, index)
      index = below
    }
    this.#place(run, index)
  }

  #place(run: Run, index: number): void {
    this.#heap[index] = run
    run.dueIndex = index
  }
}

/** Whether a run is due before another: by its time, then by its age. */
export function dueBefore(one: Timed, other: Timed): boolean {
  const difference = dueTime(one) - dueTime(other)
  return difference < 0 || (difference === 0 && one.number < other.number)
}

function dueTime(run: Timed): number {
  return run.wakeAt ?? Number.POSITIVE_INFINITY
}
