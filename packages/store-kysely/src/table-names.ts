import { storeFailure } from './failures.js'

/** Where the tables are. */
export interface TablePlace {
  /** The schema that they are in (PostgreSQL only); unless given, the connection's own. */
  readonly schema?: string | undefined
  /** What their names begin with. */
  readonly prefix?: string | undefined
}

/** The names of all tables as they are written in SQL; typed as the tables that they stand for. */
export interface TableNames {
  readonly schema: string | undefined
  readonly prefix: string
  readonly states: 'workflow_states'
  readonly results: 'agent_results'
  readonly runners: 'runners'
  readonly leases: 'leases'
  /** The counter of tokens of leases. */
  readonly tokens: string
}

/** What tables are called unless somebody says otherwise. */
export const defaultPrefix = 'orchestrator_'

const plainName = /^[a-z_][a-z0-9_]{0,30}$/

/** Words that PostgreSQL does not take for the name of a schema. A prefix is only part of a name. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently
  constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner
  intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or
  order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`.split(/\s+/),
)

/** The names of the tables at a place. They are part of statements, so only plain names are taken. */
export function tableNames({ schema, prefix = defaultPrefix }: TablePlace = {}): TableNames {
  for (const [what, name] of Object.entries({ schema, prefix })) {
    if (name !== undefined && name !== '' && !plainName.test(name))
      throw storeFailure('store.invalid_name', { what, name })
  }
  if (schema !== undefined && reserved.has(schema))
    throw storeFailure('store.invalid_name', { what: 'schema', name: schema })
  const place = schema === undefined || schema === '' ? '' : `${schema}.`
  const named = (name: string) => `${place}${prefix}${name}`
  return {
    schema: schema === '' ? undefined : schema,
    prefix,
    states: named('workflow_states') as 'workflow_states',
    results: named('agent_results') as 'agent_results',
    runners: named('runners') as 'runners',
    leases: named('leases') as 'leases',
    tokens: named('tokens'),
  }
}
