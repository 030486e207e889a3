import type { Policy, PolicyPlan } from '../../ports/index.js'
import type { AgentAtWork, AgentDefinition, Provision, RunnableOperation } from '../agent/index.js'
import { contractsOf, GuardedAgent } from './guarded-agent.js'

/** What is to be guarded, as far as it is described. */
export type Described = Partial<Pick<AgentDefinition, 'policy' | 'operations'>>

/** Puts the policies of an agent and of its operations around it; where it has none, the usual one, if there is any. A call may bring another. */
export function guard(
  agent: AgentAtWork,
  { policy, operations = {} }: Described,
  { policies, events }: Provision,
  usual?: PolicyPlan,
): AgentAtWork {
  const { name } = agent
  const chosen = policy ?? usual
  const ofAgent = chosen && policies.around(name, chosen)
  const ofOperations = new Map<string, Policy>()
  for (const [operation, one] of Object.entries(operations)) {
    const own = (one as RunnableOperation).policy
    if (own !== undefined) ofOperations.set(operation, policies.around(`${name}.${operation}`, own))
  }
  return new GuardedAgent({ agent, events, contractOf: contractsOf(operations) }, { ofAgent, ofOperations })
}
