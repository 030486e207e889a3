import type { Deadlined, Deadlines } from '../../dispatch/index.js'
import type { Clock } from '../../ports/index.js'

/** Watches steps that must not be silent for too long. */
export class IdleWatch {
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #watched = new Map<string, Watched>()

  constructor(clock: Clock, deadlines: Deadlines) {
    this.#clock = clock
    this.#deadlines = deadlines
  }

  watch(step: string, idleMs: number, idle: () => void): Disposable {
    const watched = new Watched(idleMs, idle)
    this.#watched.set(step, watched)
    this.#arm(watched)
    return {
      [Symbol.dispose]: () => {
        this.#deadlines.remove(watched)
        this.#watched.delete(step)
      },
    }
  }

  /** A step has told of progress. */
  touch(step: string): void {
    const watched = this.#watched.get(step)
    if (watched === undefined || watched.place < 0) return
    this.#deadlines.remove(watched)
    this.#arm(watched)
  }

  #arm(watched: Watched): void {
    watched.dueAt = this.#clock.monotonic() + watched.idleMs
    this.#deadlines.add(watched)
  }
}

class Watched implements Deadlined {
  place = -1
  dueAt = 0
  readonly idleMs: number
  readonly expire: () => void

  constructor(idleMs: number, expire: () => void) {
    this.idleMs = idleMs
    this.expire = expire
  }
}
