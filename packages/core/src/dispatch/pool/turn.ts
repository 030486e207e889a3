import type { AgentMessage, Clock, ErrorClass } from '../../ports/index.js'
import type { Stoppable } from '../agent/index.js'
import type { Member, TurnOutcome } from './members/member.js'

/** Who keeps count of the calls of members. */
export interface TurnKeeper {
  readonly clock: Clock
  /** What an error means, as the policy of the pool has it. */
  readonly classOf: (error: unknown) => ErrorClass
  ended(turn: Turn, outcome: TurnOutcome, ms: number, now: number): void
}

/** One call at one member: it begins once and ends once, whichever of the ways to end comes first. */
export class Turn implements Stoppable {
  readonly member: Member
  readonly message: AgentMessage
  isOver = false
  readonly #keeper: TurnKeeper
  readonly #beganAt: number

  constructor(keeper: TurnKeeper, member: Member, message: AgentMessage, now: number) {
    this.#keeper = keeper
    this.member = member
    this.message = message
    this.#beganAt = now
  }

  /** Nobody waits any more. That it took too long speaks against the member, that somebody left does not. */
  stop(reason: unknown): void {
    this.end(this.#keeper.classOf(reason) === 'retry' ? 'failed' : 'cancelled')
  }

  end(outcome: TurnOutcome): void {
    if (this.isOver) return
    this.isOver = true
    const now = this.#keeper.clock.monotonic()
    this.#keeper.ended(this, outcome, now - this.#beganAt, now)
  }
}

/** How a call ended for the member whose agent threw what means this. */
export function outcomeOf(kind: ErrorClass): TurnOutcome {
  if (kind === 'ignore') return 'cancelled'
  return kind === 'fail' ? 'at fault itself' : 'failed'
}
