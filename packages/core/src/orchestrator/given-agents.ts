import { type AgentDefinition, type CodeOf, definitionOf, dispatchFailure } from '../dispatch/index.js'
import type { Addressed } from '../intake/bus/index.js'
import { type Consumer, keyedNeeds } from '../kernel/index.js'
import { orchestratorFailure } from './failures.js'
import type { AgentLike } from './options.js'
import { type AgentProtocol, identifier, shown } from '../ports/index.js'

/** The agents given: those with a definition are bound to their needs later, the host's own serve as they are. */
export interface GivenAgents {
  readonly defined: readonly AgentDefinition[]
  readonly own: readonly AgentProtocol[]
  /** Every defined operation, with what it needs. */
  readonly consumers: readonly Consumer[]
  /** All of them, by their names, groups and operations. */
  readonly addressed: readonly Addressed[]
}

/** Sorts out the agents given; throws for what is none, and for two of one name. */
export function sortAgents(agents: readonly AgentLike[], codeOf?: CodeOf): GivenAgents {
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
  const consumers = defined.flatMap(({ requirements }) =>
    requirements.map(({ name, needs }) => ({ name, needs: keyedNeeds(needs) })),
  )
  const addressed = [
    ...defined.map(({ name, groups = [], operations }) => ({ name, groups, operations: Object.keys(operations) })),
    ...own.map((one) => ({ name: one.name, groups: one.groups ?? [], operations: operationsOf(one) })),
  ]
  return { defined, own, consumers, addressed }
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
