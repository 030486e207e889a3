import type { AgentMessage } from '../../../ports/index.js'
import type { Member } from '../members/member.js'
import type { Balancer } from './balancer.js'
import { evenShare, hashOf } from './hash.js'

/** By how much a member may have more under way than its share, before its keys go elsewhere for a while. */
const boundedLoad = 1.25

/** The key of a message when nothing else is said: its session, else the piece of work, else the request. */
export function usualKey({ session, idempotencyKey, correlationId }: AgentMessage): string {
  return session ?? idempotencyKey ?? correlationId
}

/** Equal keys to the same member, by weighted rendezvous hashing: who joins or leaves moves only its own share of keys. */
export class ConsistentHash implements Balancer {
  readonly #keyOf: (message: AgentMessage) => string

  constructor(keyOf: (message: AgentMessage) => string = usualKey) {
    this.#keyOf = keyOf
  }

  choose(candidates: readonly Member[], message: AgentMessage, now: number): Member {
    const wanted: unknown = this.#keyOf(message)
    // Not every message has what the key is made of.
    const key = hashOf(typeof wanted === 'string' ? wanted : usualKey(message))
    let underWay = 1
    let weights = 0
    for (const member of candidates) {
      underWay += member.inFlight
      weights += member.weightAt(now)
    }
    const perWeight = (boundedLoad * underWay) / weights
    let best = candidates[0] as Member
    let highest = -1
    for (const member of candidates) {
      const weight = member.weightAt(now)
      // Not all can be above their share at once, so one is always left.
      if (member.inFlight >= Math.ceil(perWeight * weight)) continue
      const score = weight / -Math.log(evenShare(key, member.hash))
      if (score > highest) {
        best = member
        highest = score
      }
    }
    return best
  }
}
