import { definePlugin, need } from '@baton/core'
import { clock, hasMethods, lockStore, random, stateStore } from '@baton/core/ports'
import { z } from 'zod'
import type { SqliteDatabase } from './database.js'
import { openSqlite } from './open-sqlite.js'

const aDatabase = z.custom<SqliteDatabase>(
  hasMethods('prepare', 'exec', 'close'),
  'it must be a connection of node:sqlite or better-sqlite3',
)

const SqliteOptions = z.object({
  file: z.string().min(1).default('.baton/orchestrator.db').meta({
    description: 'The file that runs are kept in, made unless it is there; or :memory:.',
  }),
  database: aDatabase.optional().meta({
    description: 'A connection of `node:sqlite` or better-sqlite3 that you have opened, in place of the file.',
  }),
  durability: z.enum(['full', 'normal']).default('full').meta({
    description: 'What is stored outlives a power cut (full), or the end of the process only, and is faster (normal).',
  }),
  busyTimeoutMs: z.number().min(0).max(600_000).default(5_000).meta({
    unit: 's',
    description: 'How long to go on trying where another process holds the lock of the file.',
  }),
  prefix: z.string().default('orchestrator_').meta({
    description: 'What the names of the tables begin with.',
  }),
  migrate: z.boolean().default(true).meta({
    description: 'Whether tables are made and changed at the start; else they must be as this version needs them.',
  }),
})

/** Keeps runs, and leases, in a SQLite file. */
export const sqlite = definePlugin('sqlite', {
  options: SqliteOptions,
  needs: { clock: need(clock), random: need(random) },
  provides: [stateStore, lockStore],
  async start({ options, needs, provide }) {
    const { states, locks, close } = await openSqlite(options, needs)
    provide(stateStore, states)
    provide(lockStore, locks)
    return close
  },
})
