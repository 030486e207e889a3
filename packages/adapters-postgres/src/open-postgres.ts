import type { Clock, LockStore, Logger, StateStore } from '@baton/core/ports'
import {
  checkMigrated,
  failureOf,
  isProcessGone,
  KyselyLockStore,
  KyselyStateStore,
  type MigrationTarget,
  migrateUp,
  type NamedStatement,
  PostgresEngine,
  type PostgresLane,
  PostgresLeases,
  type TableNames,
  type Tables,
  tableNames,
} from '@baton/store-kysely'
import { type Dialect, Kysely, type PGlite, PGliteDialect, PostgresDialect } from 'kysely'
import { Connections } from './connections.js'
import { LaneConnection } from './lane-connection.js'
import { Listener } from './listener.js'
import { hearLosses, type OpenPool, openPool, type PoolSettings } from './open-pool.js'
import type { PgPool } from './pg.js'
import { poolOfKysely } from './pool-of-kysely.js'
import { keepConnections } from './pool-size.js'

/** Which database, and how it is used. */
export interface PostgresSettings extends PoolSettings {
  /** Your own pool; who opened it closes it. */
  readonly pool?: PgPool | undefined
  /** Your own PGlite; who opened it closes it. */
  readonly pglite?: PGlite | undefined
  /** Where lists are read, which may be a little behind. */
  readonly replicaUrl?: string | undefined
  readonly replicaPool?: PgPool | undefined
  readonly schema?: string | undefined
  readonly prefix?: string | undefined
  /** Whether tables are made and changed as this version needs them, or only looked at. */
  readonly migrate: boolean
  /** Whether to hear of due runs by LISTEN and NOTIFY. */
  readonly listen: boolean
}

export interface PostgresDeps {
  readonly clock: Clock
  readonly logger: Logger
}

/** A database with the stores in it. */
export interface OpenPostgres {
  readonly states: StateStore
  readonly locks: LockStore
  readonly close: () => Promise<void>
}

/** What is connected to, and how it is closed. */
interface Connected {
  readonly target: MigrationTarget
  readonly lane: PostgresLane
  readonly listener: Listener | undefined
  readonly close: () => Promise<void>
}

/** Where connections come from: a pool of the host's, or a URL. */
interface PoolChoice {
  readonly pool?: PgPool | undefined
  readonly url?: string | undefined
}

/** Connects to a database and makes its tables. */
export async function openPostgres(settings: PostgresSettings, deps: PostgresDeps): Promise<OpenPostgres> {
  const { target, lane, listener, close: disconnect } = await connect(settings, deps)
  try {
    await (settings.migrate ? migrateUp(target) : checkMigrated(target))
    const replica = await connectReplica(settings, deps)
    const close = async () => {
      await Promise.all([replica?.close(), disconnect()])
    }
    const { db, names } = target
    const { listen, tell } = listener ?? {}
    const engine = new PostgresEngine({ db, names, lane, isGone: isProcessGone, listen, tell })
    return {
      states: new KyselyStateStore({ db, names, engine, replica: replica?.db }),
      locks: new KyselyLockStore({ engine: new PostgresLeases({ db, names }) }),
      close,
    }
  } catch (error) {
    await disconnect()
    throw failureOf(error, 'connect')
  }
}

/** Connects to a database as it is, for its migrations. */
export function connectPostgres(
  settings: PostgresSettings,
  deps: PostgresDeps,
): Promise<Pick<Connected, 'target' | 'close'>> {
  return connect({ ...settings, listen: false }, deps)
}

async function connect(settings: PostgresSettings, deps: PostgresDeps): Promise<Connected> {
  const names = tableNames(settings)
  const { pglite, listen } = settings
  if (pglite !== undefined) return connectPglite(pglite, names)
  const { pool, close } = await poolOf(settings, settings, deps)
  try {
    const giveBack = keepConnections(pool, listen ? 2 : 1)
    const connections = new Connections({ pool, clock: deps.clock }, settings)
    const lane = new LaneConnection(connections, settings)
    const listener = listen ? new Listener({ ...deps, connections }, channelOf(names)) : undefined
    const db = kyselyOf(new PostgresDialect({ pool: poolOfKysely(connections) as never }))
    return {
      target: { db, names, dialect: 'postgres' },
      lane,
      listener,
      async close() {
        await listener?.close()
        connections.close()
        await db.destroy()
        await close()
        giveBack()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The host's pool, which is left open, or one of our own. */
async function poolOf(settings: PostgresSettings, { pool, url }: PoolChoice, deps: PostgresDeps): Promise<OpenPool> {
  if (pool === undefined) return openPool({ ...settings, url }, deps)
  const forget = hearLosses(pool, deps.logger)
  return { pool, close: async () => forget() }
}

/** One for each place of tables; PostgreSQL takes names of up to 63 characters. */
function channelOf({ schema, prefix }: TableNames): string {
  return `${schema ?? 'baton'}.${prefix}`.slice(0, 63)
}

/** It has one connection, which is the lane too; and no other process to hear of. */
function connectPglite(pglite: PGlite, names: TableNames): Connected {
  const notClosed: PGlite = {
    get closed() {
      return pglite.closed
    },
    get ready() {
      return pglite.ready
    },
    get waitReady() {
      return pglite.waitReady
    },
    query: (text, values, options) => pglite.query(text, values, options),
    transaction: (work) => pglite.transaction(work),
    close: async () => {},
  }
  const db = kyselyOf(new PGliteDialect({ pglite: notClosed }))
  const query = async <Row>({ text }: NamedStatement, values: readonly unknown[]) =>
    (await pglite.query<Row>(text, [...values])).rows
  return {
    target: { db, names, dialect: 'postgres' },
    lane: { query },
    listener: undefined,
    close: () => db.destroy(),
  }
}

async function connectReplica(settings: PostgresSettings, deps: PostgresDeps) {
  const { replicaPool, replicaUrl } = settings
  if (replicaPool === undefined && replicaUrl === undefined) return undefined
  const { pool, close } = await poolOf(settings, { pool: replicaPool, url: replicaUrl }, deps)
  const connections = new Connections({ pool, clock: deps.clock }, settings)
  const db = kyselyOf(new PostgresDialect({ pool: poolOfKysely(connections) as never }))
  return {
    db,
    async close() {
      connections.close()
      await db.destroy()
      await close()
    },
  }
}

function kyselyOf(dialect: Dialect): Kysely<Tables> {
  return new Kysely<Tables>({ dialect })
}
