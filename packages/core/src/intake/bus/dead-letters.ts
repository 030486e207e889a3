import type { AgentMessage, Clock, EventSink } from '../../ports/index.js'

/** Why a message was not handled, or not to its end. */
export type DeathReason =
  | 'expired'
  | 'failed'
  | 'dropped'
  | 'no_receiver'
  | 'refused'
  | 'unsubscribed'
  | 'undelivered'
  | 'unfinished'

/** A message that was taken in and came to nothing. */
export interface DeadLetter {
  readonly message: AgentMessage
  readonly reason: DeathReason
  /** The subscription that it was for. */
  readonly subscription: string
  readonly failure?: unknown
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Whom a letter was for. */
export interface Addressee {
  readonly name: string
  readonly isLive: boolean
  again(message: AgentMessage): void
}

interface Kept {
  readonly letter: DeadLetter
  readonly to: Addressee
}

export interface DeadLettersDeps {
  readonly clock: Clock
  readonly events: EventSink
}

/** The last messages that came to nothing, and how many there were of each kind. */
export class DeadLetters {
  readonly #deps: DeadLettersDeps
  readonly #max: number
  #letters: Kept[] = []
  readonly #counts: Partial<Record<DeathReason, number>> = {}

  constructor(deps: DeadLettersDeps, max: number) {
    this.#deps = deps
    this.#max = max
  }

  /** The last of them, the oldest first. */
  get list(): readonly DeadLetter[] {
    return this.#letters.slice(-this.#max).map(({ letter }) => letter)
  }

  /** How many there were for each reason, those that are not kept any more counted too. */
  get counts(): Readonly<Partial<Record<DeathReason, number>>> {
    return { ...this.#counts }
  }

  add(message: AgentMessage, reason: DeathReason, to: Addressee, failure?: unknown): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1
    const { clock, events } = this.#deps
    const told = failure !== undefined && { failure }
    if (this.#max > 0) {
      const letter = { message, reason, subscription: to.name, at: clock.now(), ...told }
      this.#letters.push({ letter, to })
      // In one go now and then, rather than one each time.
      if (this.#letters.length >= this.#max * 2) this.#letters = this.#letters.slice(-this.#max)
    }
    if (events.observed) events.emit('message.dead', { message, reason, ...told })
  }

  /** Has those that fit handled once more, by whom they were for; what has expired gets all the time it wants. Tells how many. */
  redrive(fits: (letter: DeadLetter) => boolean = () => true): number {
    const kept = this.#letters.slice(-this.#max)
    const again = new Set(kept.filter(({ letter, to }) => to.isLive && fits(letter)))
    this.#letters = kept.filter((one) => !again.has(one))
    for (const { letter, to } of again) to.again({ ...letter.message, expiresAt: undefined })
    return again.size
  }
}
