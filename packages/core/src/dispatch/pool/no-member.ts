import { type AgentMessage, type Clock, errorText, priorities } from '../../ports/index.js'
import { type MemberReason, poolFailure } from './failures.js'
import type { Member } from './members/member.js'

/** Members that refused a message, with what they refused it by. */
export type Refusals = ReadonlyMap<Member, unknown>

/** The failure of a message that nobody can serve now, with a reason for each member. */
export function noMember(
  pool: string,
  message: AgentMessage,
  members: readonly Member[],
  clock: Clock,
  refusals: Refusals | undefined,
): Error {
  const reasons = members.map(
    (member): MemberReason => ({ member: member.id, ...reason(member, message, clock, refusals) }),
  )
  const [, last] = [...(refusals ?? [])].at(-1) ?? []
  return poolFailure('pool.no_member', { pool, operation: message.operation, members: reasons }, last)
}

/** Why a member is not to be chosen at all, in words that follow its name; nothing when it is well. */
export function brokenBecause({ isDraining, illness, ejection }: Member, clock: Clock): string | undefined {
  if (isDraining) return 'is draining'
  if (illness !== undefined) return `is unhealthy: ${illness}`
  if (ejection === undefined) return undefined
  const until = new Date(clock.now() + Math.max(0, ejection.until - clock.monotonic()))
  return `is ejected until ${Number.isNaN(until.getTime()) ? 'it is restored' : until.toISOString()}: ${ejection.because}`
}

function reason(
  member: Member,
  { operation, priority }: AgentMessage,
  clock: Clock,
  refusals: Refusals | undefined,
): Omit<MemberReason, 'member'> {
  if (!member.operations.has(operation)) return { because: 'has no such operation', passes: false }
  if (member.minLevel > priorities.indexOf(priority)) {
    const because = `serves priority ${priorities[member.minLevel] ?? ''} or above, not ${priority}`
    return { because, passes: false }
  }
  if (refusals?.has(member)) return { because: `refused: ${errorText(refusals.get(member))}`, passes: true }
  const broken = brokenBecause(member, clock)
  if (broken !== undefined) return { because: broken, passes: !member.isDraining }
  const { inFlight, capacity } = member
  return { because: `is full: ${inFlight} of ${capacity} are under way`, passes: true }
}
