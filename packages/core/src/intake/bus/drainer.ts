import type { Clock } from '../../ports/index.js'
import { Ring } from './ring.js'

/** Something with work to do, of which it does so much at a time. */
export interface Worker {
  /** Does up to so many pieces; tells how many it did. */
  work(most: number): number
  /** Whether it could go on at once. */
  readonly canWork: boolean
  /** Whether it is among those that wait for their turn: the drainer's own. */
  isWaiting: boolean
}

/** One after the other each worker does so many pieces. */
const turnSize = 64
/** So many pieces between two looks at the clock. */
const lookEvery = 256
const longestSliceMs = 5
/** A clock that stands still must not keep a slice from ending. */
const largestSlice = 16_384

/** Gives those with work to do their turns: soon, in slices, and between these the rest of the process its own. */
export class Drainer {
  readonly #clock: Clock
  readonly #waiting = new Ring<Worker>()
  #isScheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(worker: Worker): void {
    if (worker.isWaiting) return
    worker.isWaiting = true
    this.#waiting.push(worker)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(this.#slice)
  }

  readonly #slice = (): void => {
    let done = 0
    let nextLook = lookEvery
    let endsAt = Number.POSITIVE_INFINITY
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift()) {
      done += worker.work(turnSize)
      worker.isWaiting = false
      if (worker.canWork) {
        worker.isWaiting = true
        this.#waiting.push(worker)
      }
      if (done < nextLook) continue
      const now = this.#clock.monotonic()
      if (endsAt === Number.POSITIVE_INFINITY) endsAt = now + longestSliceMs
      if (now >= endsAt || done >= largestSlice) break
      nextLook = done + lookEvery
    }
    if (this.#waiting.length === 0) {
      this.#isScheduled = false
      return
    }
    // There is work still to be done: a process with nothing else to do must live to do it.
    this.#clock.schedule(0, this.#slice, true)
  }
}
