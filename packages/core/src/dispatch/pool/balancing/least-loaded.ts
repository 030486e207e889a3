import type { AgentMessage } from '../../../ports/index.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'

/** Whoever has the least under way for its weight; of equals the next in turn, so that the first does not get all. */
export class LeastLoaded implements Balancer {
  #turn = 0

  choose(candidates: readonly Member[], _message: AgentMessage, now: number): Member {
    const count = candidates.length
    if (++this.#turn >= count) this.#turn = 0
    let best = candidates[this.#turn] as Member
    let least = (best.inFlight + 1) / best.weightAt(now)
    for (let step = 1; step < count; step++) {
      const index = this.#turn + step
      const member = candidates[index < count ? index : index - count] as Member
      const load = (member.inFlight + 1) / member.weightAt(now)
      if (load < least) {
        best = member
        least = load
      }
    }
    return best
  }
}
