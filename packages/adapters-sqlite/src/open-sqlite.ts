import { statSync } from 'node:fs'
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
  storeFailure,
  type Tables,
  tableNames,
} from '@baton/store-kysely'
import { Kysely } from 'kysely'
import type { Channel } from './channel.js'
import type { SqliteDatabase } from './database.js'
import { directChannel } from './direct-channel.js'
import { SqliteConnectionDialect } from './kysely-dialect.js'
import { makeFolder } from './make-folder.js'
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
  readonly close: () => Promise<void>
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
  const monotonic = () => clock.monotonic()
  const time = new SqliteTime(() => clock.now(), monotonic)
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
  const isGiven = settings.database !== undefined
  const connection = new SqliteConnection({ ...deps, channel: channelTo(settings) }, settings.busyTimeoutMs)
  const db = new Kysely<Tables>({ dialect: new SqliteConnectionDialect(connection) })
  try {
    // A file that is none of SQLite's is told here, and not by whoever needs it first.
    await connection.query({ sql: 'select count(*) from sqlite_schema', values: [] })
  } catch (error) {
    await db.destroy()
    throw failureOf(error, isGiven ? 'use the connection that was given' : `open the file ${settings.file}`)
  }
  return { connection, target: { db, names, dialect: 'sqlite', ...(!isGiven && { database: settings.file }) } }
}

function channelTo({ file, database, durability }: SqliteSettings): Channel {
  // Not to wait comes before the mode: to change that needs the lock.
  const opening = ['pragma busy_timeout = 0', 'pragma journal_mode = wal', `pragma synchronous = ${durability}`]
  if (database !== undefined) return directChannel(database, opening, false)
  if (file === ':memory:') return directChannel(new DatabaseSync(file) as unknown as SqliteDatabase, opening, true)
  const path = resolve(file)
  if (file.startsWith('file:')) throw cannotOpen(file, 'it is a URI; give the path alone')
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw cannotOpen(file, 'it is a folder')
  makeFolder(dirname(path))
  return new WorkerChannel({ file: path, opening })
}

function cannotOpen(file: string, because: string): Error {
  return storeFailure('store.cannot_open', { doing: `open the file ${file}`, because })
}
