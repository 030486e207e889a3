import { type AgentMessage, isFailure } from '../../ports/index.js'
import { poolFailure } from './failures.js'
import type { Member } from './members/member.js'

const refusals: ReadonlySet<string> = new Set(['circuit.open', 'circuit.isolated', 'bulkhead.full', 'rate.limited'])

/** Whether a member refused a message without having begun anything, so that another one may be tried. */
export function isRefusal(error: unknown, member: Member, message: AgentMessage): boolean {
  // A pool that is a member of this one refuses in its own name; any other that has nobody was asked by an agent that began.
  if (poolFailure.is(error, 'pool.no_member')) return error.details.pool === member.work.poolName
  if (!isFailure(error) || !refusals.has(error.code)) return false
  const { witness } = member.work
  return witness !== undefined && !witness.sawBegin(message)
}
