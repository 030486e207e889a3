import type { AgentMessage } from '../../../ports/index.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'

/** One after the other, whatever they weigh. */
export class RoundRobin implements Balancer {
  #next = 0

  choose(candidates: readonly Member[], _message: AgentMessage, _now: number): Member {
    if (this.#next >= candidates.length) this.#next = 0
    return candidates[this.#next++] as Member
  }
}
