import { type AgentMessage, token } from '../protocol/index.js'

/** Brings a message to the agent it is for, and the answer back. It is how a room asks for work that is done above it. */
export interface Dispatcher {
  /**
   * Resolves with the agent's answer, of type `response`; its payload has passed the operation's output schema.
   *
   * - Rejects with a failure: the agent's own; or that it gave no answer to this message; or why no agent could be asked
   *   (`dispatch.…`, or `message.invalid` and `identifier.invalid` for what is no message); or that nobody waits any more
   *   (`call.cancelled`, `call.timed_out`). It is always of the failure class, what else was thrown being its cause.
   * - A call that nobody waits for from the start, its signal aborted or its deadline passed, is not begun.
   * - The call is over when the promise has settled. If its agent had not answered, its signal aborts then; an agent that
   *   goes on regardless is not waited for.
   */
  dispatch(message: AgentMessage, options?: DispatchOptions): Promise<AgentMessage>
}

export interface DispatchOptions {
  /** Stops the call, with `call.cancelled`; its reason is kept as the cause. */
  readonly signal?: AbortSignal | undefined
  /** At most so many milliseconds, above 0 (else `dispatch.invalid_timeout`); the message's deadline holds as well. */
  readonly timeoutMs?: number | undefined
}

export const dispatcher = token<Dispatcher>('baton.dispatcher')
