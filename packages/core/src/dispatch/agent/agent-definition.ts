import { type AgentProtocol, identifier, type Operation, shown } from '../../ports/index.js'
import { agentFailure } from './failures.js'
import type { RunnableOperation } from './operation.js'

/** Words of the agent protocol and of the language, which no operation may be called by. */
const reservedNames = [
  'process',
  'capabilities',
  'health',
  'close',
  'name',
  'then',
  '__proto__',
  'constructor',
] as const

export type ReservedName = (typeof reservedNames)[number]

const definitionKey = Symbol.for('baton.agent')

/** What stands behind an agent's operations: typed code, or an agent of the host's own making. */
export interface AgentDefinition {
  readonly name: string
  readonly operations: Readonly<Record<string, Operation>>
  /** The agent of the host's own making behind them, if there is one. */
  readonly protocol?: AgentProtocol | undefined
}

export type Operations = Readonly<Record<string, Operation>>

/** The operations, or, where one has a reserved name, a sentence about it. */
export type Checked<Ops> = {
  readonly [Name in keyof Ops]: Name extends ReservedName
    ? `'${Name}' is a word of the agent protocol: choose another name`
    : Ops[Name]
}

/** The same definition, with other code for those of its operations for which there is any; they need nothing then. */
export function withCode(
  definition: AgentDefinition,
  codeOf: (one: Operation) => RunnableOperation['run'] | undefined,
): AgentDefinition {
  const replaced = Object.entries(definition.operations).map(([name, one]) => {
    const run = codeOf(one)
    return [name, run === undefined ? one : Object.freeze({ ...one, needs: {}, run })]
  })
  return { ...definition, operations: Object.fromEntries(replaced) }
}

/** The definition behind a record of operations that `agent` or `adapt` made; nothing for anything else. */
export function definitionOf(operations: object): AgentDefinition | undefined {
  return (operations as { [definitionKey]?: AgentDefinition })[definitionKey]
}

/** Takes operations in under an agent's name, each under its own; what it returns are they. */
export function takeIn(name: string, operations: Operations, protocol: AgentProtocol | undefined): Operations {
  identifier(name, "agent's name")
  if (typeof operations !== 'object' || operations === null) {
    throw agentFailure('agent.invalid_definition', {
      what: `The agent ${name}`,
      because: `has ${shown(operations)} as its operations`,
      remedy: 'Give an object of operations by name.',
    })
  }
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
    own[operationName] = Object.freeze({ ...one, agent: name, name: operationName })
  }
  const definition: AgentDefinition = Object.freeze({ name, operations: own, protocol })
  return Object.freeze(Object.defineProperty({ ...own }, definitionKey, { value: definition }))
}

function checkName(agentName: string, name: string): void {
  if (!(reservedNames as readonly string[]).includes(name)) return
  throw agentFailure('agent.invalid_definition', {
    what: `The agent ${agentName}`,
    because: `cannot have an operation called ${name}: it is a word of the agent protocol`,
    remedy: 'Choose another name.',
  })
}
