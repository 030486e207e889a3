import { type AgentMessage, shown } from '../../../ports/index.js'
import { poolFailure } from '../failures.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'
import type { Strategy } from './candidate.js'

/** Has a strategy of the host's own choose, and holds it to the candidates. */
export class OwnStrategy implements Balancer {
  readonly #pool: string
  readonly #strategy: Strategy

  constructor(pool: string, strategy: Strategy) {
    this.#pool = pool
    this.#strategy = strategy
  }

  choose(candidates: readonly Member[], message: AgentMessage, _now: number): Member {
    // A copy: whoever sorts or keeps what it is given must not change what others are chosen from.
    const chosen = this.#strategy.choose([...candidates], message)
    if (candidates.includes(chosen as Member)) return chosen as Member
    const { name } = this.#strategy
    throw poolFailure('pool.invalid_choice', { pool: this.#pool, strategy: name, received: shown(chosen) })
  }
}
