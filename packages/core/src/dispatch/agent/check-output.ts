import type { AgentMessage, Contract } from '../../ports/index.js'
import { agentOf } from './check-reply.js'
import { agentFailure, violation } from './failures.js'

/** What an operation's output is once its schema has taken it in; throws where it does not. */
export async function checkOutput(message: AgentMessage, contract: Contract, output: unknown): Promise<unknown> {
  const checked = await contract.output['~standard'].validate(output)
  if (!checked.issues) return checked.value
  const place = { agent: agentOf(message), operation: message.operation }
  throw agentFailure('agent.invalid_output', violation(place, checked.issues))
}
