import type { AgentMessage } from '../ports/index.js'
import { dispatchFailure } from './failures.js'

/** Throws for a message that asks for nothing, or comes too late to be delivered. */
export function checkDelivery({ type, expiresAt, receiver, operation }: AgentMessage, now: () => number): void {
  if (type !== 'request' && type !== 'event') throw dispatchFailure('dispatch.not_a_request', { type })
  const lateMs = expiresAt === undefined ? 0 : now() - expiresAt
  const agent = 'agent' in receiver ? receiver.agent : ''
  if (lateMs > 0) throw dispatchFailure('dispatch.expired', { agent, operation, lateMs })
}

/** Whether something is a signal, of whatever realm or library. */
export function isSignal(signal: AbortSignal | null): boolean {
  return typeof signal?.addEventListener === 'function' && typeof signal.removeEventListener === 'function'
}
