import type { Clock, Scheduled } from '../ports/index.js'

/** Node waits at most so long in one timer; a longer delay would fire at once. */
const longestTimer = 2_147_483_647

/** The clock and the timers of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs, task, keepAlive = false) => new SystemTimer(delayMs, task, keepAlive),
}

class SystemTimer implements Scheduled {
  #timer: NodeJS.Timeout | undefined
  readonly #due: number
  readonly #task: () => void
  readonly #keepAlive: boolean

  constructor(delayMs: number, task: () => void, keepAlive: boolean) {
    this.#due = performance.now() + delayMs
    this.#task = task
    this.#keepAlive = keepAlive
    this.#wait(delayMs)
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(0, Math.ceil(delayMs)), longestTimer))
    if (!this.#keepAlive) this.#timer.unref()
  }

  #wake(): void {
    const left = this.#due - performance.now()
    // A timer may fire a fraction of a millisecond early.
    if (left > 0) this.#wait(left)
    else this.#task()
  }
}
