import type { Clock, Scheduled } from '../../ports/index.js'
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
/** So many pieces between two looks at the clock: few as long as nobody knows how long one takes, and more while they are short. */
const lookEvery = { least: 8, most: 256 }
const shortMs = 1
const longestSliceMs = 5
/** The way to do something soon that costs least: Node wraps what `queueMicrotask` is given. */
const soon = Promise.resolve()
/** Slices that follow each other without a turn for anybody else: those who wait for them may leave it none. */
const longestChainMs = 25
/** A clock that stands still must not keep a slice from ending. */
const largestSlice = 16_384

/** Gives those with work to do their turns: soon, in slices, and between these the rest of the process its own. */
export class Drainer {
  readonly #clock: Clock
  readonly #waiting = new Ring<Worker>()
  #isScheduled = false
  /** Pieces since the last look at the clock. */
  #unseen = 0
  #lookAfter = lookEvery.least
  #lookedAt = Number.NEGATIVE_INFINITY
  #chainEndsAt = Number.POSITIVE_INFINITY
  #rest: Scheduled | undefined
  #unchaining: Scheduled | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(worker: Worker): void {
    if (worker.isWaiting) return
    worker.isWaiting = true
    this.#waiting.push(worker)
    if (this.#isScheduled) return
    this.#isScheduled = true
    void soon.then(this.#slice)
  }

  /** Leaves no timer, when there is nothing more to do. */
  stop(): void {
    this.#rest?.cancel()
    this.#unchaining?.cancel()
  }

  readonly #slice = (): void => {
    let done = 0
    let endsAt = Number.POSITIVE_INFINITY
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift()) {
      const pieces = worker.work(Math.min(turnSize, this.#lookAfter))
      done += pieces
      this.#unseen += pieces
      worker.isWaiting = false
      if (worker.canWork) {
        worker.isWaiting = true
        this.#waiting.push(worker)
      }
      if (this.#unseen < this.#lookAfter) continue
      const now = this.#look()
      if (endsAt === Number.POSITIVE_INFINITY) endsAt = now + longestSliceMs
      // There is work still to be done, or to come: a process with nothing else to do must live to do it.
      if (now >= endsAt || now >= this.#chainEndsAt || done >= largestSlice) {
        this.#rest = this.#clock.schedule(0, this.#rested, true)
        return
      }
    }
    this.#isScheduled = false
  }

  #look(): number {
    this.#unseen = 0
    const now = this.#clock.monotonic()
    const wasShort = now - this.#lookedAt < shortMs
    this.#lookAfter = wasShort ? Math.min(lookEvery.most, this.#lookAfter * 2) : lookEvery.least
    this.#lookedAt = now
    if (this.#chainEndsAt === Number.POSITIVE_INFINITY) {
      this.#chainEndsAt = now + longestChainMs
      // It runs when the rest of the process has had its turn.
      this.#unchaining = this.#clock.schedule(0, this.#unchain)
    }
    return now
  }

  readonly #unchain = (): void => {
    this.#chainEndsAt = Number.POSITIVE_INFINITY
  }

  readonly #rested = (): void => {
    this.#unchain()
    this.#slice()
  }
}
