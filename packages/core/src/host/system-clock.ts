import type { Clock, Scheduled } from '../ports/index.js'

/** Node waits at most so long in one timer; a longer delay would fire at once. */
const longestTimer = 2_147_483_647

interface Waiting {
  readonly due: number
  readonly task: () => void
  readonly keepAlive: boolean
}

/** The clock and the timers of the machine. */
// Node keeps its timers by their lengths, and runs those that are late in the order of these. So there is one queue here.
export class SystemClock implements Clock {
  /** Sorted by due time; those of one time in the order scheduled. */
  readonly #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  #disarm: () => void = () => {}
  #timerAt = Number.POSITIVE_INFINITY
  #alive = 0

  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  schedule(delayMs: number, task: () => void, keepAlive = false): Scheduled {
    const waiting = { due: performance.now() + Math.max(0, delayMs), task, keepAlive }
    this.#waiting.splice(this.#placeAfter(waiting.due), 0, waiting)
    if (keepAlive) this.#alive++
    this.#arm()
    return {
      cancel: () => {
        const index = this.#placeOf(waiting)
        if (index < 0) return
        this.#waiting.splice(index, 1)
        this.#left(waiting)
        this.#arm()
      },
    }
  }

  #run(): void {
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = performance.now()
    for (let [next] = this.#waiting; next !== undefined && next.due <= now; [next] = this.#waiting) {
      this.#waiting.shift()
      this.#left(next)
      runQuietly(next.task)
    }
    this.#arm()
  }

  #arm(): void {
    const due = this.#waiting[0]?.due ?? Number.POSITIVE_INFINITY
    if (due !== this.#timerAt) {
      this.#disarm()
      this.#timer = undefined
      this.#timerAt = due
      if (this.#waiting.length > 0) {
        const ms = Math.min(Math.max(0, Math.ceil(due - performance.now())), longestTimer)
        // The shortest timer is a millisecond; what is due already need not wait for that.
        if (ms === 0) {
          const timer = setImmediate(() => this.#run())
          this.#timer = timer
          this.#disarm = () => clearImmediate(timer)
        } else {
          const timer = setTimeout(() => this.#run(), ms)
          this.#timer = timer
          this.#disarm = () => clearTimeout(timer)
        }
      }
    }
    // One that keeps the process alive may be behind one that does not.
    if (this.#alive > 0) this.#timer?.ref()
    else this.#timer?.unref()
  }

  #left({ keepAlive }: Waiting): void {
    if (keepAlive) this.#alive--
  }

  #placeOf(waiting: Waiting): number {
    // Those of one time stand together, before the place after them.
    for (let index = this.#placeAfter(waiting.due) - 1; this.#waiting[index]?.due === waiting.due; index--) {
      if (this.#waiting[index] === waiting) return index
    }
    return -1
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

function runQuietly(task: () => void): void {
  try {
    task()
  } catch {
    // The port says so: a task that throws harms neither other tasks nor whoever drives the clock.
  }
}
