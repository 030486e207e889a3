import type { Member } from './member.js'

/** What a call takes at the middle one of those members of which it is known; nothing when it is known of none. */
export function usualLatency(members: readonly Member[]): number | undefined {
  const known = members.filter(({ latency }) => latency.isKnown).map(({ latencyMs }) => latencyMs)
  return known.toSorted((a, b) => a - b)[known.length >> 1]
}

/** Takes those of whom nothing is known to be like the others: as fast as can be would bring them everything at once. */
export function guessLatencies(members: readonly Member[]): void {
  const usualMs = usualLatency(members)
  if (usualMs === undefined) return
  for (const member of members) member.guessLatency(usualMs)
}
