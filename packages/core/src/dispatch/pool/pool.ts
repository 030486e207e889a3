import { identifier, shown } from '../../ports/index.js'
import { operationsOf } from '../agent/index.js'
import { poolFailure } from './failures.js'
import { memberSpecs, type PoolMember } from './member-options.js'
import { PoolDefinition } from './pool-definition.js'
import { type PoolOptions, poolSettings } from './pool-options.js'
import type { Pooled } from './pooled.js'

/** Has several agents serve as one: what it returns are their operations, ready to be asked for, each done by one of them. */
export function pool<const Members extends readonly PoolMember[]>(
  name: string,
  members: Members,
  options: PoolOptions = {},
): Pooled<Members> {
  identifier(name, "pool's name")
  const settings = poolSettings(name, options)
  if (!Array.isArray(members)) {
    const expected = 'a list of agents: [search, { agent: otherSearch, weight: 2 }]'
    throw poolFailure('pool.invalid_option', { pool: name, option: 'members', received: shown(members), expected })
  }
  if (members.length === 0) throw poolFailure('pool.no_members', { pool: name })
  const { policy, groups } = options
  const definition = new PoolDefinition({ name, members: memberSpecs(name, members), settings, policy, groups })
  return operationsOf(definition) as unknown as Pooled<Members>
}
