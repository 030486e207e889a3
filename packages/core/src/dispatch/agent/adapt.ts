import {
  type AgentProtocol,
  type CallContext,
  type Contract,
  type InputOf,
  type Operation,
  type OutputOf,
  shown,
} from '../../ports/index.js'
import type { AgentOptions, Checked } from './agent-definition.js'
import { checkReply } from './check-reply.js'
import { agentFailure } from './failures.js'
import { operation, type RunnableOperation } from './operation.js'
import { takeIn } from './take-in.js'

/** Gives an agent of the host's own making typed operations: what goes in and comes out is held to the contract. */
export function adapt<Contracts extends Readonly<Record<string, Contract>>>(
  protocol: AgentProtocol,
  contracts: Contracts & Checked<Contracts>,
  options?: AgentOptions,
): {
  readonly [Name in keyof Contracts]: Operation<
    InputOf<Contracts[Name]['input']>,
    OutputOf<Contracts[Name]['output']>,
    object
  >
} {
  if (typeof protocol?.process !== 'function') {
    throw agentFailure('agent.invalid_definition', {
      what: shown(protocol),
      because: 'is no agent to adapt',
      remedy: 'Give an object with name, capabilities() and process().',
    })
  }
  const operations = Object.entries(contracts as Readonly<Record<string, Contract>>).map(([name, contract]) => {
    const run: RunnableOperation['run'] = (input, call) => delegate(protocol, name, input, call)
    return [name, operation({ ...contract, run })] as const
  })
  return takeIn(protocol.name, Object.fromEntries(operations), protocol, options) as never
}

/** Has an agent of the host's own making do the work of one of its operations, under whatever name it is asked for. */
async function delegate(protocol: AgentProtocol, operationName: string, input: unknown, call: CallContext) {
  const message = { ...call.message, receiver: { agent: protocol.name }, operation: operationName, payload: input }
  return checkReply(message, await protocol.process(message, call)).payload
}
