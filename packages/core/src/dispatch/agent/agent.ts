import { type AgentProtocol, type Contract, identifier, type Needs, type Operation, shown } from '../../ports/index.js'
import { agentFailure } from './failures.js'
import type { RunnableOperation } from './operation.js'

/** Words of the agent protocol and of the language, which no operation may be called by. */
export type ReservedName =
  | 'process'
  | 'capabilities'
  | 'health'
  | 'close'
  | 'name'
  | 'then'
  | '__proto__'
  | 'constructor'

const reserved: readonly ReservedName[] = [
  'process',
  'capabilities',
  'health',
  'close',
  'name',
  'then',
  '__proto__',
  'constructor',
]
const definitionKey = Symbol.for('baton.agent')

/** What stands behind an agent's operations: typed code, or an agent of the host's own making. */
export interface AgentDefinition {
  readonly name: string
  readonly operations: Readonly<Record<string, Operation>>
  /** The hand-written agent that does the work of operations without code of their own. */
  readonly protocol?: AgentProtocol | undefined
}

export type Operations = Readonly<Record<string, Operation>>

type Checked<Ops> = {
  readonly [Name in keyof Ops]: Name extends ReservedName
    ? `'${Name}' is a word of the agent protocol: choose another name`
    : Ops[Name]
}

/** Defines an agent: its name and its operations. What it returns are the operations, ready to be asked for. */
export function agent<const Name extends string, Ops extends Operations>(
  name: Name,
  operations: Ops & Checked<Ops>,
): Readonly<Ops> {
  return named(name, operations as Operations, undefined) as Readonly<Ops>
}

/** Gives an agent of the host's own making typed operations: what goes in and comes out is held to the contract. */
export function adapt<Contracts extends Readonly<Record<string, Contract>>>(
  protocol: AgentProtocol,
  contracts: Contracts & Checked<Contracts>,
): {
  readonly [Name in keyof Contracts]: Operation<
    InputOfContract<Contracts[Name]>,
    OutputOfContract<Contracts[Name]>,
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
  const operations = Object.fromEntries(
    Object.entries(contracts as Readonly<Record<string, Contract>>).map(([name, { input, output }]) => {
      const needs: Needs = {}
      return [name, { agent: '', name: '', contract: { input, output }, needs }]
    }),
  )
  return named(protocol.name, operations, protocol) as never
}

type InputOfContract<C> = C extends { readonly input: { readonly '~standard': { readonly types?: infer T } } }
  ? NonNullable<T> extends { readonly input: infer Input }
    ? Input
    : never
  : never
type OutputOfContract<C> = C extends { readonly output: { readonly '~standard': { readonly types?: infer T } } }
  ? NonNullable<T> extends { readonly output: infer Output }
    ? Output
    : never
  : never

/** The same definition, with other code for those of its operations for which there is any; they need nothing then. */
export function withCode(
  definition: AgentDefinition,
  codeOf: (operation: Operation) => RunnableOperation['run'] | undefined,
): AgentDefinition {
  const replaced = Object.entries(definition.operations).map(([name, operation]) => {
    const run = codeOf(operation)
    return [name, run === undefined ? operation : Object.freeze({ ...operation, needs: {}, run })]
  })
  return { ...definition, operations: Object.fromEntries(replaced) }
}

/** The definition behind a record of operations that `agent` or `adapt` made; nothing for anything else. */
export function definitionOf(operations: object): AgentDefinition | undefined {
  return (operations as { [definitionKey]?: AgentDefinition })[definitionKey]
}

function named(name: string, operations: Operations, protocol: AgentProtocol | undefined): Operations {
  identifier(name, "agent's name")
  const own: Record<string, Operation> = {}
  for (const [operationName, operation] of Object.entries(operations)) {
    identifier(operationName, "operation's name")
    checkName(name, operationName)
    if (operation?.contract === undefined) {
      throw agentFailure('agent.invalid_definition', {
        what: `The agent ${name}`,
        because: `has something as ${operationName} that is no operation`,
        remedy: 'Make it with operation({ input, output, run }).',
      })
    }
    // A copy, so that one operation may serve in several places under several names.
    own[operationName] = Object.freeze({ ...operation, agent: name, name: operationName })
  }
  const definition: AgentDefinition = Object.freeze({ name, operations: own, protocol })
  return Object.freeze(Object.defineProperty({ ...own }, definitionKey, { value: definition }))
}

function checkName(agentName: string, name: string): void {
  if (!(reserved as readonly string[]).includes(name)) return
  throw agentFailure('agent.invalid_definition', {
    what: `The agent ${agentName}`,
    because: `cannot have an operation called ${name}: it is a word of the agent protocol`,
    remedy: 'Choose another name.',
  })
}
