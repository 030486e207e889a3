import type { AgentMessage } from '../../../ports/index.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'

/** Smooth weighted round robin, as nginx has it: each serves as often as it weighs, and nobody serves in bursts. */
export class Weighted implements Balancer {
  choose(candidates: readonly Member[], _message: AgentMessage, now: number): Member {
    let best = candidates[0] as Member
    let total = 0
    for (let index = 0; index < candidates.length; index++) {
      const member = candidates[index] as Member
      const weight = member.weightAt(now)
      member.credit += weight
      total += weight
      if (member.credit > best.credit) best = member
    }
    best.credit -= total
    return best
  }
}
