import type { AgentMessage } from '../protocol/index.js'
import type { CallContext } from './call-context.js'

/** Stands around every call: authorizes, signs, measures, caches. The first one given is the outermost. */
export interface Interceptor {
  /** For messages to people, and to tell two apart. */
  readonly name: string
  /**
   * Is called once for each call, before the agent; calls may be under way at once. `next` goes on with the message given to
   * it and may be called with a changed copy under the same ids, not at all (then what is returned is the answer), or again
   * when that is safe.
   *
   * Throwing fails the call; a failure that `next` rejected with should be passed on as it is.
   */
  intercept(
    message: AgentMessage,
    call: CallContext,
    next: (message: AgentMessage) => Promise<AgentMessage>,
  ): Promise<AgentMessage>
}
