import type { EjectionSettings } from '../pool-options.js'
import type { Member } from './member.js'

/** Why a member should not serve for a while, by how its recent calls ended; nothing when all is well. */
export function suspicion(
  member: Member,
  members: readonly Member[],
  { consecutive, minimum, aboveOthers }: EjectionSettings,
  now: number,
): string | undefined {
  const { recent } = member
  if (recent.inARow >= consecutive) return `${recent.inARow} failures in a row`
  recent.roll(now)
  if (recent.calls < minimum) return undefined
  let calls = 0
  let failures = 0
  for (const other of members) {
    if (other === member) continue
    other.recent.roll(now)
    calls += other.recent.calls
    failures += other.recent.failures
  }
  const own = recent.failures / recent.calls
  const ofOthers = calls === 0 ? 0 : failures / calls
  // What fails everywhere alike is not this member's fault.
  if (own - ofOthers < aboveOthers) return undefined
  return `${percent(own)} of its last ${recent.calls} calls failed, of the others' ${percent(ofOthers)}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
