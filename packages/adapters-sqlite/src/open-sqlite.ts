import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock, LockStore, Random, StateStore } from '@baton/core/ports'
import {
  checkMigrated,
  failureOf,
  isProcessGone,
  KyselyLockStore,
  KyselyStateStore,
  type MigrationTarget,
  migrateUp,
  SqliteEngine,
  SqliteLeases,
  SqliteTime,
  type Tables,
  tableNames,
} from '@baton/store-kysely'
import { Kysely } from 'kysely'
import type { Channel } from './channel.js'
import type { SqliteDatabase } from './database.js'
import { directChannel } from './direct-channel.js'
import { SqliteConnectionDialect } from './kysely-dialect.js'
import { SqliteConnection } from './sqlite-connection.js'
import { WorkerChannel } from './worker-channel.js'

/** Which file, and how it is written. */
export interface SqliteSettings {
  /** The path of the file, or `:memory:`. */
  readonly file: string
  /** A connection that the host has opened, in place of the file; who opened it closes it. */
  readonly database?: SqliteDatabase | undefined
  /** Whether what was stored outlives a power cut (`full`), or only the end of a process (`normal`). */
  readonly durability: 'full' | 'normal'
  /** How long to go on trying where another process holds the lock. */
  readonly busyTimeoutMs: number
  readonly prefix?: string | undefined
  /** Whether tables are made and changed as this version needs them, or only looked at. */
  readonly migrate: boolean
}

export interface SqliteDeps {
  readonly clock: Clock
  readonly random: Random
}

/** A file that is open, with the stores in it. */
export interface OpenSqlite {
  readonly states: StateStore
  readonly locks: LockStore
  close(): Promise<void>
}

/** Opens a file and makes its tables. */
export async function openSqlite(settings: SqliteSettings, deps: SqliteDeps): Promise<OpenSqlite> {
  const { connection, target } = await connectSqlite(settings, deps)
  try {
    await (settings.migrate ? migrateUp(target) : checkMigrated(target))
  } catch (error) {
    await target.db.destroy()
    throw error
  }
  const { clock } = deps
  const { db, names } = target
  const time = new SqliteTime(() => clock.now())
  const monotonic = () => clock.monotonic()
  const engine = new SqliteEngine({ host: connection, names, time, isGone: isProcessGone, monotonic })
  return {
    states: new KyselyStateStore({ db, names, engine }),
    locks: new KyselyLockStore({ engine: new SqliteLeases({ host: connection, names, time }) }),
    close: () => db.destroy(),
  }
}

/** Opens a file as it is. */
export async function connectSqlite(
  settings: SqliteSettings,
  deps: SqliteDeps,
): Promise<{ readonly connection: SqliteConnection; readonly target: MigrationTarget }> {
  const names = tableNames({ prefix: settings.prefix })
  const connection = new SqliteConnection({ ...deps, channel: channelTo(settings) }, settings.busyTimeoutMs)
  const db = new Kysely<Tables>({ dialect: new SqliteConnectionDialect(connection) })
  try {
    const { run, release } = await connection.exclusive()
    try {
      // Before the mode: to change that needs the lock.
      await run({ sql: 'pragma busy_timeout = 0', values: [] })
      await run({ sql: 'pragma journal_mode = wal', values: [] })
      await run({ sql: `pragma synchronous = ${settings.durability}`, values: [] })
    } finally {
      release()
    }
  } catch (error) {
    await db.destroy()
    throw failureOf(error, `open the file ${settings.file}`)
  }
  return { connection, target: { db, names, dialect: 'sqlite' } }
}

function channelTo({ file, database }: SqliteSettings): Channel {
  if (database !== undefined) return directChannel(database, false)
  if (file === ':memory:') return directChannel(new DatabaseSync(file) as unknown as SqliteDatabase, true)
  const path = resolve(file)
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw failureOf(
      Object.assign(new Error(String(error), { cause: error }), { errcode: 14 }),
      `make the folder of ${path}`,
    )
  }
  return new WorkerChannel(path)
}
