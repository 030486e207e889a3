import type { Clock } from '../../ports/index.js'

/** The time of a store in memory: it starts at the wall clock's and goes on with the monotonic one, in whole milliseconds. */
export class StoreTime {
  readonly #clock: Clock
  readonly #offset: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offset = clock.now() - clock.monotonic()
  }

  now(): number {
    return Math.floor(this.#offset + this.#clock.monotonic())
  }
}
