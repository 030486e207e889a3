import type { Needs, Operation, PolicyLike } from '../../ports/index.js'
import {
  type AgentAtWork,
  type AgentDefinition,
  agent,
  type CodeOf,
  definitionOf,
  type Operations,
  type Owner,
  ownedBy,
  type Provision,
  type RunnableOperation,
} from '../agent/index.js'
import { AgentPool } from './agent-pool.js'
import type { MemberSpec } from './member-options.js'
import type { DescribedPool, PoolDescription } from './pool-description.js'
import type { PoolSettings } from './pool-options.js'

/** Several agents that serve as one. */
export class PoolDefinition implements AgentDefinition, DescribedPool {
  readonly name: string
  readonly operations: Operations
  readonly members: readonly MemberSpec[]
  readonly settings: PoolSettings
  readonly policy: PolicyLike | undefined
  readonly groups: readonly string[] | undefined
  readonly stub: AgentDefinition | undefined

  constructor({ name, members, settings, policy, groups, stub }: PoolDescription) {
    this.name = name
    this.operations = operationsOfPool({ definition: this }, name, members)
    this.members = members
    this.settings = settings
    this.policy = policy
    this.groups = groups
    this.stub = stub
    Object.freeze(this)
  }

  get requirements(): readonly { readonly name: string; readonly needs: Needs }[] {
    return this.members.flatMap(({ definition }) => definition.requirements)
  }

  withCode(codeOf: CodeOf): PoolDefinition {
    const stubs = Object.values(this.operations).flatMap((one): [string, Operation][] => {
      const run = codeOf(one)
      return run === undefined ? [] : [[one.name, { ...one, needs: {}, run } as RunnableOperation]]
    })
    const stubbed = new Map(stubs)
    // What the pool itself answers its members are not asked for, so that they need nothing for it.
    const codeOfMember: CodeOf = (one) => (stubbed.get(one.name) as RunnableOperation | undefined)?.run ?? codeOf(one)
    const { name, settings, policy, groups } = this
    return new PoolDefinition({
      name,
      settings,
      policy,
      groups,
      members: this.members.map((member) => ({ ...member, definition: member.definition.withCode(codeOfMember) })),
      stub: stubbed.size === 0 ? undefined : definitionOf(agent(this.name, Object.fromEntries(stubbed))),
    })
  }

  bind(provision: Provision): AgentAtWork {
    return new AgentPool(this, provision)
  }
}

/** The operations of the members, as the pool's own: each as the first member has it, needing what all need for it. */
function operationsOfPool(owner: Owner, pool: string, members: readonly MemberSpec[]): Operations {
  const own: Record<string, Operation> = {}
  for (const { definition } of members) {
    for (const [name, { description, contract, needs }] of Object.entries(definition.operations)) {
      const first = own[name] ?? { agent: pool, name, description, contract, needs }
      own[name] = ownedBy(owner, { ...first, needs: { ...needs, ...first.needs } })
    }
  }
  return Object.freeze(own)
}
