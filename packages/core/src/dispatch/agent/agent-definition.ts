import type { Needs, Operation, PolicyLike } from '../../ports/index.js'
import type { Provision } from './active-call.js'
import type { AgentAtWork } from './agent-at-work.js'
import type { RunnableOperation } from './operation.js'

/** Words of the agent protocol and of the language, which no operation may be called by. */
export const reservedNames = [
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

export type Operations = Readonly<Record<string, Operation>>

/** The operations, or, where one has a reserved name, a sentence about it. */
export type Checked<Ops> = {
  readonly [Name in keyof Ops]: Name extends ReservedName
    ? `'${Name}' is a word of the agent protocol: choose another name`
    : Ops[Name]
}

/** What may be said about an agent besides its operations. */
export interface AgentOptions {
  /** Stands around every call of the agent's operations, save those that have a policy of their own. */
  readonly policy?: PolicyLike | undefined
  /** Groups that it is a member of: a message for a group reaches one of its members. */
  readonly groups?: readonly string[] | undefined
}

/** Other code for an operation, if there is any. */
export type CodeOf = (one: Operation) => RunnableOperation['run'] | undefined

/** What stands behind an agent's operations, and knows how to put them to work. It has no state, and serves many orchestrators. */
export interface AgentDefinition extends AgentOptions {
  readonly name: string
  readonly operations: Operations
  /** What each operation behind this agent needs, by the name to tell people. */
  readonly requirements: readonly { readonly name: string; readonly needs: Needs }[]
  /** The same, with other code for those of its operations for which there is any; they need nothing then. */
  withCode(codeOf: CodeOf): AgentDefinition
  /** Puts it to work in one orchestrator. */
  bind(provision: Provision): AgentAtWork
}

/** The definition behind a record of operations that `agent`, `adapt` or `pool` made; nothing for anything else. */
export function definitionOf(operations: object): AgentDefinition | undefined {
  return (operations as { [definitionKey]?: AgentDefinition })[definitionKey]
}

const ownerKey = Symbol.for('baton.owner')

/** Where an operation finds the definition of its agent, once there is one. */
export interface Owner {
  definition: AgentDefinition | undefined
}

/** The operation, from which its agent's definition can be found. */
export function ownedBy<One extends Operation>(owner: Owner, operation: One): One {
  return Object.freeze(Object.defineProperty({ ...operation }, ownerKey, { value: owner }))
}

/** The definition of the agent that an operation is of; nothing for one that no agent has taken in. */
export function ownerOf(operation: Operation): AgentDefinition | undefined {
  return (operation as { [ownerKey]?: Owner })[ownerKey]?.definition
}

/** The operations of a definition, as a record by which the definition is found again. */
export function operationsOf(definition: AgentDefinition): Operations {
  return Object.freeze(Object.defineProperty({ ...definition.operations }, definitionKey, { value: definition }))
}
