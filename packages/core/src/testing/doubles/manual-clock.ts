import type { Clock, Scheduled } from '../../ports/index.js'

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #elapsed = 0
  #wallAhead: number
  /** Sorted by due time; those of one time in the order scheduled. */
  readonly #waiting: Waiting[] = []

  constructor({ start = Date.UTC(2026, 0, 1) }: { readonly start?: number } = {}) {
    this.#wallAhead = start
  }

  /** How many tasks wait. */
  get pending(): number {
    return this.#waiting.length
  }

  /** How long until the next task is due; nothing when none waits. */
  get nextDueInMs(): number | undefined {
    const [next] = this.#waiting
    return next && Math.max(0, next.due - this.#elapsed)
  }

  now(): number {
    return Math.floor(this.#wallAhead + this.#elapsed)
  }

  monotonic(): number {
    return this.#elapsed
  }

  schedule(delayMs: number, task: () => void): Scheduled {
    const waiting = { due: this.#elapsed + Math.max(0, delayMs), task }
    this.#waiting.splice(this.#placeAfter(waiting.due), 0, waiting)
    return {
      cancel: () => {
        const index = this.#waiting.indexOf(waiting)
        if (index >= 0) this.#waiting.splice(index, 1)
      },
    }
  }

  /** Lets time pass: each task that is due by then runs, at its time, those that tasks schedule meanwhile included. */
  advance(ms: number): void {
    const target = this.#elapsed + ms
    for (let [next] = this.#waiting; next !== undefined && next.due <= target; [next] = this.#waiting) {
      this.#waiting.shift()
      // A task may itself have moved the clock beyond this time.
      this.#elapsed = Math.max(this.#elapsed, next.due)
      runQuietly(next.task)
    }
    this.#elapsed = Math.max(this.#elapsed, target)
  }

  /** Sets the wall clock, as whoever runs a machine may at any moment; nothing that waits is moved by it. */
  setWall(now: number): void {
    this.#wallAhead = now - this.#elapsed
  }

  #placeAfter(due: number): number {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#waiting[middle]?.due ?? due) <= due) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Waiting {
  readonly due: number
  readonly task: () => void
}

function runQuietly(task: () => void): void {
  try {
    task()
  } catch {
    // The port says so: a task that throws harms neither other tasks nor whoever drives the clock.
  }
}
