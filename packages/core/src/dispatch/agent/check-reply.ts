import { type AgentMessage, errorText, isError, isFailure, shown } from '../../ports/index.js'
import { agentFailure } from './failures.js'

/** Returns an agent's answer if it is one to this message; throws the failure that it carries, or what is wrong with it. */
export function checkReply(message: AgentMessage, reply: AgentMessage): AgentMessage {
  if (typeof reply !== 'object' || reply === null) throw invalid(message, `it is ${shown(reply)}`)
  if (reply.type === 'error') throw failureIn(message, reply)
  if (reply.type !== 'response') throw invalid(message, `its type is ${shown(reply.type)}, not 'response' or 'error'`)
  if (reply.correlationId !== message.correlationId) throw invalid(message, 'it answers another correlation id')
  return reply
}

/** What an agent threw, as a failure: its own, or one with what it threw as the cause. Whatever it is, this does not throw. */
export function asFailure(message: AgentMessage, error: unknown, classOf: (error: unknown) => string): Error {
  if (isFailure(error)) return error
  const place = { agent: agentOf(message), operation: message.operation }
  return agentFailure('agent.failed', { ...place, error: errorText(error), class: classOf(error) }, error)
}

/** The name of the agent that a message is for. */
export function agentOf({ receiver }: AgentMessage): string {
  return 'agent' in receiver ? receiver.agent : ''
}

function failureIn(message: AgentMessage, reply: AgentMessage): unknown {
  const { payload } = reply
  if (isError(payload)) return payload
  return agentFailure('agent.failed', {
    agent: agentOf(message),
    operation: message.operation,
    error: shown(payload),
    class: 'fail',
  })
}

function invalid(message: AgentMessage, because: string): Error {
  return agentFailure('agent.invalid_reply', { agent: agentOf(message), operation: message.operation, because })
}
