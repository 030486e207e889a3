import type { AgentMessage } from '../../../ports/index.js'
import type { Member } from '../members/member.js'

/** Chooses who serves a message. It is handed the time, makes nothing, and is never handed an empty list. */
export interface Balancer {
  choose(candidates: readonly Member[], message: AgentMessage, now: number): Member
}
