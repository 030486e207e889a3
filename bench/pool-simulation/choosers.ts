import type { Balancer } from '../../packages/core/src/dispatch/pool/balancing/balancer.ts'
import type { Member } from '../../packages/core/src/dispatch/pool/members/member.ts'
import { type Chooser, mulberry, type Server } from './simulate.ts'

/** One after the other. */
export function roundRobin(): Chooser {
  let next = 0
  return { choose: (servers) => next++ % servers.length }
}

/** The one of two, drawn by chance, that has less under way. */
export function powerOfTwo(seed: number): Chooser {
  const chance = mulberry(seed)
  return {
    choose: (servers) => {
      const one = Math.floor(chance() * servers.length)
      const other = (one + 1 + Math.floor(chance() * (servers.length - 1))) % servers.length
      return at(servers, one).inFlight <= at(servers, other).inFlight ? one : other
    },
  }
}

/** What knows who is slow, and sees all lines at once: the best that can be. */
export function oracle(): Chooser {
  return {
    choose: (servers) => {
      let best = 0
      for (const [index, server] of servers.entries()) {
        if (!server.isSlow && server.inFlight < at(servers, best).inFlight) best = index
      }
      return best
    },
  }
}

/** A strategy of the pool, which learns as it does there: from how long calls took, after they are done; `learned` is told of each first call. */
export function ofPool(balancer: Balancer, members: readonly Member[], learned: () => void): Chooser {
  return {
    choose: (_servers, now) => {
      const member = balancer.choose(members, undefined as never, now)
      member.inFlight++
      return members.indexOf(member)
    },
    ended: (server, ms, now) => {
      const member = members[server] as Member
      member.inFlight--
      const wasUnknown = !member.latency.isKnown
      member.took('succeeded', ms, now)
      if (wasUnknown) learned()
    },
  }
}

function at(servers: readonly Server[], index: number): Server {
  return servers[index] as Server
}
