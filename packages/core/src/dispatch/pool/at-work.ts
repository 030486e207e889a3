import type { AgentAtWork, AgentDefinition, Provision } from '../agent/index.js'
import { guard } from '../resilience/index.js'
import type { MemberSpec } from './member-options.js'
import { poolHandleOf } from './pool-handle.js'
import { Witness } from './witness.js'

/** A member's agent at work, and what it takes to know whether it refused a message or failed at it. */
export interface MemberAtWork {
  readonly agent: AgentAtWork
  /** Tells whether the agent began what the policy around it refused; nothing where there is no policy. */
  readonly witness: Witness | undefined
  /** The name in which the agent refuses, where it is a pool itself. */
  readonly poolName: string | undefined
}

/** Puts a member's agent to work, with its own policy around it. */
export function atWork(pool: string, { id, definition }: MemberSpec, provision: Provision): MemberAtWork {
  const bound = definition.bind(provision)
  const poolName = poolHandleOf(bound)?.name
  if (!hasPolicy(definition)) return { agent: bound, witness: undefined, poolName }
  const witness = new Witness(`${pool}/${id}`, bound)
  return { agent: guard(witness, definition, provision), witness, poolName }
}

function hasPolicy({ policy, operations }: AgentDefinition): boolean {
  if (policy !== undefined) return true
  return Object.values(operations).some((one) => (one as { readonly policy?: unknown }).policy !== undefined)
}
