import { type AgentMessage, token } from '../protocol/index.js'

/** Brings a message to the agent it is for, and the answer back. It is how a room asks for work that is done above it. */
export interface Dispatcher {
  /**
   * Resolves with the agent's answer, of type `response`; its payload has passed the operation's output schema.
   *
   * - Rejects with a failure: the agent's own, or why no agent could be asked (`dispatch.…`), or that nobody waits any more
   *   (`call.cancelled`, `call.timed_out`), always of the failure class, what was thrown being its cause.
   * - The call is over when the promise has settled; an agent that goes on regardless is not waited for.
   */
  dispatch(message: AgentMessage, options?: DispatchOptions): Promise<AgentMessage>
}

export interface DispatchOptions {
  /** Stops the call, with `call.cancelled`; its reason is kept as the cause. */
  readonly signal?: AbortSignal | undefined
  /** How long the call may take at most, in milliseconds; the message's deadline holds as well. */
  readonly timeoutMs?: number | undefined
}

export const dispatcher = token<Dispatcher>('baton.dispatcher')
