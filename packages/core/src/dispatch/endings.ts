import { type AgentMessage, errorText } from '../ports/index.js'
import { agentOf } from './agent/index.js'
import { dispatchFailure } from './failures.js'

/** The failure of a call that nobody waits for any more. */
export function cancelled(message: AgentMessage, reason: unknown): Error {
  const because = errorText(reason)
  return dispatchFailure('call.cancelled', { ...placeOf(message), because }, reason)
}

/** The failure of a call that took too long. */
export function timedOut(message: AgentMessage, timeoutMs: number): Error {
  return dispatchFailure('call.timed_out', { ...placeOf(message), timeoutMs: Math.max(0, Math.round(timeoutMs)) })
}

/** The failure of a call that an orchestrator did not begin, because it closes. */
export function closed(message: AgentMessage): Error {
  return dispatchFailure('dispatch.closed', placeOf(message))
}

/** Why a call ends that was not done in time when its orchestrator closed. */
export function abandoned(message: AgentMessage): Error {
  return dispatchFailure('dispatch.abandoned', placeOf(message))
}

/** Why a call ends that the call it is part of did not wait for. */
export function parentOver(parent: AgentMessage): Error {
  return dispatchFailure('dispatch.parent_over', placeOf(parent))
}

/** The failure of a call for another tenant than its request's. */
export function foreignTenant(message: AgentMessage): Error {
  return dispatchFailure('dispatch.foreign_tenant', placeOf(message))
}

function placeOf(message: AgentMessage): { readonly agent: string; readonly operation: string } {
  return { agent: agentOf(message), operation: message.operation }
}
