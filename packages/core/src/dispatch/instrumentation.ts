import type { AgentMessage, Clock, Interceptor, Meter, Tracer } from '../ports/index.js'
import { agentOf } from './agent/index.js'

/** Measures every call: a span `baton.call`, the count `baton.calls` and the durations `baton.call.ms`. */
export function instrumentation(clock: Clock, tracer: Tracer | undefined, meter: Meter | undefined): Interceptor {
  const measured = async (message: AgentMessage, work: () => Promise<AgentMessage>): Promise<AgentMessage> => {
    if (meter === undefined) return work()
    const attributes = { agent: agentOf(message), operation: message.operation }
    const startedAt = clock.monotonic()
    const record = (outcome: string) => {
      meter.add('baton.calls', 1, { ...attributes, outcome })
      meter.record('baton.call.ms', clock.monotonic() - startedAt, { ...attributes, outcome })
    }
    try {
      const answer = await work()
      record('succeeded')
      return answer
    } catch (error) {
      record('failed')
      throw error
    }
  }
  return {
    name: 'instrumentation',
    intercept: (message, _call, next) => {
      if (tracer === undefined) return measured(message, () => next(message))
      const attributes = { agent: agentOf(message), operation: message.operation, attempt: message.attempt }
      const { traceparent } = message
      return tracer.span(
        'baton.call',
        attributes,
        // What the agent asks for in turn carries this span on.
        (span) => measured(message, () => next({ ...message, traceparent: span.traceparent ?? traceparent })),
        { traceparent },
      )
    },
  }
}
