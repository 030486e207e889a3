import { identifier, type OptionRule, optionFault, type Priority, priorities, shown } from '../../ports/index.js'
import { type AgentDefinition, definitionOf, type Operations } from '../agent/index.js'
import { poolFailure } from './failures.js'

/** An agent as a member of a pool, and what it can take. */
export interface MemberOptions<Ops extends Operations = Operations> {
  /** What `agent`, `adapt` or another `pool` returned. */
  readonly agent: Ops
  /** Its name in the pool; the agent's when absent. */
  readonly id?: string | undefined
  /** How much it does compared with the others: 1. */
  readonly weight?: number | undefined
  /** How many calls it may have under way; `Infinity`. */
  readonly capacity?: number | undefined
  /** It serves only messages of this priority or above. */
  readonly minPriority?: Priority | undefined
}

/** A member as a pool takes it: an agent, or one with what is to be said about it. */
export type PoolMember = Operations | MemberOptions

/** A member with nothing left open. */
export interface MemberSpec {
  readonly id: string
  readonly definition: AgentDefinition
  readonly weight: number
  readonly capacity: number
  readonly minLevel: number
}

const rules: Readonly<Record<string, OptionRule>> = {
  agent: { fits: () => true, expected: 'an agent' },
  id: { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' },
  weight: { above: 0, max: 1_000_000 },
  capacity: { min: 1, whole: true, infinite: true },
  minPriority: { oneOf: priorities },
}

/** The members checked and completed, each with an id that no other has; `taken` are those that there are already. */
export function memberSpecs(
  pool: string,
  members: readonly PoolMember[],
  taken: Iterable<string> = [],
): readonly MemberSpec[] {
  const ids = new Set(taken)
  const read = members.map((member, index) => readMember(pool, member, index))
  // Those that were named first: the others make room for them.
  for (const { options } of read) {
    if (options.id === undefined) continue
    if (ids.has(options.id)) throw invalid(pool, 'member id', options.id, 'an id that no other member has')
    ids.add(identifier(options.id, "member's id"))
  }
  return read.map(({ definition, options }) => ({
    id: options.id ?? freeId(definition.name, ids),
    definition,
    weight: options.weight ?? 1,
    capacity: options.capacity ?? Number.POSITIVE_INFINITY,
    minLevel: options.minPriority === undefined ? 0 : priorities.indexOf(options.minPriority),
  }))
}

function readMember(pool: string, member: PoolMember, index: number) {
  const expected = 'an agent, or { agent, id, weight, capacity, minPriority }'
  if (typeof member !== 'object' || member === null) throw invalid(pool, `members[${index}]`, member, expected)
  const own = definitionOf(member)
  if (own !== undefined) return { definition: own, options: {} as Partial<MemberOptions> }
  const options = member as MemberOptions
  const definition =
    typeof options.agent === 'object' && options.agent !== null ? definitionOf(options.agent) : undefined
  if (definition === undefined) throw invalid(pool, `members[${index}]`, options.agent ?? member, expected)
  const fault = optionFault(options, rules)
  if (fault === undefined) return { definition, options }
  throw poolFailure('pool.invalid_option', { pool, ...fault, option: `members[${index}].${fault.option}` })
}

function freeId(name: string, ids: Set<string>): string {
  let id = name
  for (let number = 2; ids.has(id); number++) id = `${name}-${number}`
  ids.add(id)
  return id
}

function invalid(pool: string, option: string, received: unknown, expected: string): Error {
  return poolFailure('pool.invalid_option', { pool, option, received: shown(received), expected })
}
