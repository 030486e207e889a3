import type { MemberMetrics, MemberState } from '../pool-handle.js'
import type { Member } from './member.js'

/** How a member does, now. */
export function metricsOf(member: Member, now: number): MemberMetrics {
  const { id, agentName, weight, capacity, since, inFlight, served, failures, histogram } = member
  const because = member.illness ?? member.ejection?.because
  return {
    id,
    agent: agentName,
    weight,
    capacity,
    state: stateOf(member, now),
    since,
    ...(because !== undefined && { because }),
    inFlight,
    served,
    failures,
    latency: {
      p50: histogram.percentile(0.5),
      p95: histogram.percentile(0.95),
      p99: histogram.percentile(0.99),
    },
  }
}

function stateOf(member: Member, now: number): MemberState {
  if (member.isDraining) return 'draining'
  if (member.illness !== undefined) return 'unhealthy'
  if (member.ejection !== undefined) return 'ejected'
  return member.isWarmingAt(now) ? 'warming' : 'serving'
}
