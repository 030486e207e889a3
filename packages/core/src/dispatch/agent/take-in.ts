import { type AgentProtocol, identifier, type Operation, optionFault, shown } from '../../ports/index.js'
import {
  type AgentOptions,
  type Operations,
  operationsOf,
  type Owner,
  ownedBy,
  reservedNames,
} from './agent-definition.js'
import { CodeDefinition } from './code-definition.js'
import { agentFailure } from './failures.js'
import { checkPolicy } from './check-policy.js'

/** Takes operations in under an agent's name, each under its own; what it returns are they. */
export function takeIn(
  name: string,
  operations: Operations,
  protocol: AgentProtocol | undefined,
  options: AgentOptions = {},
): Operations {
  identifier(name, "agent's name")
  if (typeof operations !== 'object' || operations === null) {
    throw agentFailure('agent.invalid_definition', {
      what: `The agent ${name}`,
      because: `has ${shown(operations)} as its operations`,
      remedy: 'Give an object of operations by name.',
    })
  }
  checkAgentOptions(name, options)
  const owner: Owner = { definition: undefined }
  const own: Record<string, Operation> = {}
  for (const [operationName, one] of Object.entries(operations)) {
    identifier(operationName, "operation's name")
    checkName(name, operationName)
    if (one?.contract === undefined) {
      throw agentFailure('agent.invalid_definition', {
        what: `The agent ${name}`,
        because: `has something as ${operationName} that is no operation`,
        remedy: 'Make it with operation({ input, output, run }).',
      })
    }
    // A copy, so that one operation may serve in several places under several names.
    own[operationName] = ownedBy(owner, { ...one, agent: name, name: operationName })
  }
  owner.definition = new CodeDefinition(name, own, protocol, options)
  return operationsOf(owner.definition)
}

function checkAgentOptions(name: string, options: AgentOptions): void {
  const fault = optionFault(options, {
    policy: { fits: () => true, expected: 'a policy' },
    groups: { fits: Array.isArray, expected: 'a list of names' },
  })
  if (fault !== undefined) {
    throw agentFailure('agent.invalid_definition', {
      what: `The agent ${name}`,
      because: `has ${fault.received} as its ${fault.option}`,
      remedy: `Give ${fault.expected}.`,
    })
  }
  checkPolicy(`The agent ${name}`, options.policy)
  for (const group of options.groups ?? []) identifier(group, "group's name")
}

function checkName(agentName: string, name: string): void {
  if (!(reservedNames as readonly string[]).includes(name)) return
  throw agentFailure('agent.invalid_definition', {
    what: `The agent ${agentName}`,
    because: `cannot have an operation called ${name}: it is a word of the agent protocol`,
    remedy: 'Choose another name.',
  })
}
