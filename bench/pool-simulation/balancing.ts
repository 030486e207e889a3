// What the pool benches measure of the core's inside; there is no door to it, so it is bundled from its source.

import { Member } from '../../packages/core/src/dispatch/pool/members/member.ts'
import { RecentOutcomes } from '../../packages/core/src/dispatch/pool/members/recent-outcomes.ts'

export { Adaptive } from '../../packages/core/src/dispatch/pool/balancing/adaptive.ts'
export { ConsistentHash } from '../../packages/core/src/dispatch/pool/balancing/consistent-hash.ts'
export { LeastLoaded } from '../../packages/core/src/dispatch/pool/balancing/least-loaded.ts'
export { RoundRobin } from '../../packages/core/src/dispatch/pool/balancing/round-robin.ts'
export { Weighted } from '../../packages/core/src/dispatch/pool/balancing/weighted.ts'
export { guessLatencies } from '../../packages/core/src/dispatch/pool/members/usual-latency.ts'

/** Members without an agent: for those who only choose among them. */
export function membersWithoutAgents(count: number): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `member-${index}`
    const definition = { name: id, operations: {} } as never
    const spec = { id, definition, weight: 1, capacity: Number.POSITIVE_INFINITY, minLevel: 0 }
    return new Member(spec, undefined as never, new RecentOutcomes(30_000))
  })
}
