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
import { postgresFailure } from './failures.js'
import { LaneConnection } from './lane-connection.js'
import { Listener } from './listener.js'
import { openPool, type PoolSettings } from './open-pool.js'
import type { PgPool } from './pg.js'

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
  close(): Promise<void>
}

/** What is connected to, and how it is closed. */
interface Connected {
  readonly target: MigrationTarget
  readonly lane: PostgresLane
  readonly listener: Listener | undefined
  close(): Promise<void>
}

/** Connects to a database and makes its tables. */
export async function openPostgres(settings: PostgresSettings, deps: PostgresDeps): Promise<OpenPostgres> {
  const { target, lane, listener, close: disconnect } = await connect(settings, deps)
  try {
    await (settings.migrate ? migrateUp(target) : checkMigrated(target))
    const replica = await connectReplica(settings, deps)
    const close = async () => {
      await replica?.close()
      await disconnect()
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
export async function connectPostgres(
  settings: PostgresSettings,
  deps: PostgresDeps,
): Promise<Pick<Connected, 'target' | 'close'>> {
  return connect({ ...settings, listen: false }, deps)
}

async function connect(settings: PostgresSettings, deps: PostgresDeps): Promise<Connected> {
  const names = tableNames(settings)
  const { pglite, listen } = settings
  if (pglite !== undefined) return connectPglite(pglite, names)
  const pool = settings.pool ?? (await openPool(settings, deps.logger))
  checkSize(pool)
  const lane = new LaneConnection({ ...deps, pool }, settings)
  const channel = `${names.schema ?? 'baton'}_${names.prefix}runs`
  const listener = listen ? new Listener({ ...deps, pool }, channel) : undefined
  const db = kyselyOf(new PostgresDialect({ pool: notEnded(pool) as never }))
  return {
    target: { db, names, dialect: 'postgres' },
    lane,
    listener,
    async close() {
      listener?.close()
      await lane.close()
      await db.destroy()
      if (settings.pool === undefined) await pool.end()
    },
  }
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
  return { target: { db, names, dialect: 'postgres' }, lane: { query }, listener: undefined, close: () => db.destroy() }
}

async function connectReplica(settings: PostgresSettings, { logger }: PostgresDeps) {
  const { replicaPool, replicaUrl } = settings
  if (replicaPool === undefined && replicaUrl === undefined) return undefined
  const pool = replicaPool ?? (await openPool({ ...settings, url: replicaUrl }, logger))
  const db = kyselyOf(new PostgresDialect({ pool: notEnded(pool) as never }))
  const close = async () => {
    await db.destroy()
    if (replicaPool === undefined) await pool.end()
  }
  return { db, close }
}

function kyselyOf(dialect: Dialect): Kysely<Tables> {
  return new Kysely<Tables>({ dialect })
}

/** One connection is kept to write on and one to listen on; without a third nothing could be read. */
const fewestConnections = 3

function checkSize({ options }: PgPool): void {
  const max = options?.max
  if (max !== undefined && max < fewestConnections) {
    throw postgresFailure('postgres.pool_too_small', { max, fewest: fewestConnections })
  }
}

/** The same pool, for those who would end it. */
function notEnded(pool: PgPool): PgPool {
  return { connect: () => pool.connect(), query: (text, values) => pool.query(text, values), end: async () => {} }
}
