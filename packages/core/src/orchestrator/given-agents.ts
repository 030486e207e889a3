import { type AgentDefinition, type CodeOf, definitionOf, dispatchFailure, ownerOf } from '../dispatch/index.js'
import type { Addressed } from '../intake/bus/index.js'
import { type Consumer, keyedNeeds } from '../kernel/index.js'
import { orchestratorFailure } from './failures.js'
import type { AgentLike } from './options.js'
import { type AgentProtocol, identifier, type Operation, shown } from '../ports/index.js'

/** The agents given: those with a definition are bound to their needs later, the host's own serve as they are. */
export interface GivenAgents {
  readonly defined: readonly AgentDefinition[]
  readonly own: readonly AgentProtocol[]
  /** Every defined operation, with what it needs. */
  readonly consumers: readonly Consumer[]
  /** Operations that no workflow asks for, of agents that only workflows brought along: what they need may be absent. */
  readonly unasked: readonly Consumer[]
  /** All of them, by their names, groups and operations. */
  readonly addressed: readonly Addressed[]
}

/**
 * Sorts out the agents given, and those of the operations that workflows ask for; throws for what is none, and for two of one
 * name. One that is given itself takes the place of the one that a workflow knows.
 */
export function sortAgents(
  agents: readonly AgentLike[],
  asked: readonly Operation[] = [],
  codeOf?: CodeOf,
): GivenAgents {
  const defined: AgentDefinition[] = []
  const own: AgentProtocol[] = []
  const names = new Set<string>()
  for (const agent of agents) {
    const definition = typeof agent === 'object' && agent !== null ? definitionOf(agent) : undefined
    const name = definition?.name ?? (agent as Partial<AgentProtocol> | undefined)?.name
    if (definition !== undefined) defined.push(codeOf ? definition.withCode(codeOf) : definition)
    else if (isAgent(agent)) own.push(agent)
    else throw orchestratorFailure('orchestrator.not_an_agent', { received: shown(agent) })
    identifier(name, "agent's name")
    if (names.has(name as string)) throw dispatchFailure('dispatch.duplicate_agent', { agent: name as string })
    names.add(name as string)
  }
  const found = new Map<string, AgentDefinition>()
  for (const operation of asked) {
    const owner = ownerOf(operation)
    if (owner === undefined || names.has(owner.name)) continue
    const other = found.get(owner.name)
    if (other !== undefined && other !== owner) {
      throw dispatchFailure('dispatch.duplicate_agent', { agent: owner.name })
    }
    found.set(owner.name, owner)
  }
  const isAsked = new Set(asked.map(({ agent, name }) => `${agent}.${name}`))
  const consumers: Consumer[] = []
  const unasked: Consumer[] = []
  for (const { requirements } of defined) consumers.push(...requirements.map(consumerOf))
  for (const owner of found.values()) {
    const definition = codeOf ? owner.withCode(codeOf) : owner
    defined.push(definition)
    for (const one of definition.requirements) {
      // A pool has the names of its members there: all of them may come to be asked.
      const isUsed =
        isAsked.has(one.name) || !Object.hasOwn(definition.operations, one.name.slice(owner.name.length + 1))
      ;(isUsed ? consumers : unasked).push(consumerOf(one))
    }
  }
  const addressed = [
    ...defined.map(({ name, groups = [], operations }) => ({ name, groups, operations: Object.keys(operations) })),
    ...own.map((one) => ({ name: one.name, groups: one.groups ?? [], operations: operationsOf(one) })),
  ]
  return { defined, own, consumers, unasked, addressed }
}

function consumerOf({ name, needs }: AgentDefinition['requirements'][number]): Consumer {
  return { name, needs: keyedNeeds(needs) }
}

function isAgent(agent: unknown): agent is AgentProtocol {
  const { capabilities, process } = (agent ?? {}) as Partial<AgentProtocol>
  return typeof capabilities === 'function' && typeof process === 'function'
}

/** The operations that an agent of the host's own making says it has; one that cannot tell yet has none. */
function operationsOf(agent: AgentProtocol): readonly string[] {
  try {
    return Object.keys(agent.capabilities()?.operations ?? {})
  } catch {
    return []
  }
}
