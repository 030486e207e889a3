import type { Cycle } from './cycle.ts'
import type { Message } from './wire.ts'

/** A fault that happens again and again until it is ended. */
export interface Fault {
  /** How often it could have happened. */
  readonly seen: number
  /** How often it has happened. */
  readonly happened: number
  end(): void
}

/** Which of the occasions for a fault are taken. */
export interface Choice<Occasion> {
  /** Only those for which this says so. */
  readonly when?: (occasion: Occasion) => boolean
  /** Of these the nth, the 2nth …; every one if left out. */
  readonly every?: number
  /** No more often than this. */
  readonly atMost?: number
}

/** The faults of one kind that are waiting for their occasion. */
export class Faults<Occasion> {
  readonly #active = new Set<(occasion: Occasion) => boolean>()

  get areAny(): boolean {
    return this.#active.size > 0
  }

  add({ when = () => true, every = 1, atMost = Infinity }: Choice<Occasion>): Fault {
    let seen = 0
    let happened = 0
    const strikes = (occasion: Occasion) => {
      if (happened >= atMost || !when(occasion)) return false
      seen += 1
      if (seen % every !== 0) return false
      happened += 1
      return true
    }
    this.#active.add(strikes)
    return {
      get seen() {
        return seen
      },
      get happened() {
        return happened
      },
      end: () => void this.#active.delete(strikes),
    }
  }

  /** Whether a fault happens now; each one sees every occasion. */
  strike(occasion: Occasion): boolean {
    return [...this.#active].filter((strikes) => strikes(occasion)).length > 0
  }
}

/** All the faults of a proxy. */
export class AllFaults {
  readonly lostRequests = new Faults<Message>()
  readonly cutsAfter = new Faults<Message>()
  readonly lostAnswers = new Faults<Cycle>()
}
