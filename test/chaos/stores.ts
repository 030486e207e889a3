import type { Plugin } from '@baton/core'
import { postgres } from '@baton/adapters-postgres'
import { sqlite } from '@baton/adapters-sqlite'
import type { KillSwitch } from './faults/kill-switch.ts'
import { killingDatabase, killingPool } from './faults/wrap-connections.ts'
import { killingWraps, wrapPlugin } from './faults/wrap-ports.ts'

export type Kind = 'sqlite' | 'postgres'

/** Where runs are kept, in words that can be told to another process. */
export interface Where {
  readonly kind: Kind
  /** A path, or a URL. */
  readonly at: string
  /** In PostgreSQL, where the tables are. */
  readonly schema?: string
}

/** The plugin that keeps runs there. */
export function storeAt({ kind, at, schema }: Where): Plugin {
  return kind === 'sqlite' ? sqlite({ file: at }) : postgres({ url: at, schema, maxConnections: 5 })
}

/** The same, where each call is a moment to be killed at; with `byStatement` each statement, on a connection of our own. */
export function killingStoreAt(where: Where, switches: KillSwitch, byStatement: boolean): Plugin {
  if (!byStatement) return wrapPlugin(storeAt(where), killingWraps(switches))
  return where.kind === 'sqlite'
    ? sqlite({ database: killingDatabase(where.at, switches) })
    : postgres({ pool: killingPool(where.at, switches), schema: where.schema })
}
