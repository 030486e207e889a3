import {
  type AgentMessage,
  type CallContext,
  type Clock,
  type Interceptor,
  isFailure,
  type Meter,
  type Tracer,
} from '../ports/index.js'
import { agentOf } from './agent/index.js'

/** Measures every call: a span `baton.call`, the count `baton.calls` and the durations `baton.call.ms`. */
export function instrumentation(clock: Clock, tracer: Tracer | undefined, meter: Meter | undefined): Interceptor {
  const measured = async (
    message: AgentMessage,
    call: CallContext,
    next: (message: AgentMessage) => Promise<AgentMessage>,
  ): Promise<AgentMessage> => {
    const attributes = { agent: agentOf(message), operation: message.operation }
    const startedAt = clock.monotonic()
    const record = (outcome: string) => {
      meter?.add('baton.calls', 1, { ...attributes, outcome })
      meter?.record('baton.call.ms', clock.monotonic() - startedAt, { ...attributes, outcome })
    }
    try {
      const answer = await untilStopped(call.signal, next(message))
      record('succeeded')
      return answer
    } catch (error) {
      const { aborted, reason } = call.signal
      record(aborted && !isFailure(reason, 'call.timed_out') ? 'cancelled' : 'failed')
      throw error
    }
  }
  return {
    name: 'instrumentation',
    intercept: (message, call, next) => {
      if (tracer === undefined) return measured(message, call, next)
      const attributes = { agent: agentOf(message), operation: message.operation, attempt: message.attempt }
      const { traceparent } = message
      // What the agent asks for in turn carries this span on.
      const spanned = (own: string | undefined) => ({ ...message, traceparent: own ?? traceparent })
      return tracer.span('baton.call', attributes, (span) => measured(spanned(span.traceparent), call, next), {
        traceparent,
      })
    },
  }
}

/** The answer; or, as soon as nobody waits for it any more, the reason why: an agent that hangs must not hold a span open. */
function untilStopped(signal: AbortSignal, answer: Promise<AgentMessage>): Promise<AgentMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<AgentMessage>()
  const stop = () => reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  return promise
}
