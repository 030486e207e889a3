import type { AgentMessage, Random } from '../../../ports/index.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'

/** Draws two, and takes the one where a call will probably be done sooner: what calls take there, times those under way. */
export class Adaptive implements Balancer {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  choose(candidates: readonly Member[], _message: AgentMessage, now: number): Member {
    const count = candidates.length
    if (count === 1) return candidates[0] as Member
    // One draw is enough for two: what is left of it behind the first is as even as it was.
    const draw = this.#random.next() * count
    const first = draw | 0
    const another = ((draw - first) * (count - 1)) | 0
    // From the first on one further, without a branch that nobody could foretell.
    const second = another + ((first - another - 1) >>> 31)
    const one = candidates[first] as Member
    const other = candidates[second] as Member
    return one.costAt(now) <= other.costAt(now) ? one : other
  }
}
