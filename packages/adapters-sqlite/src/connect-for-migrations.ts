import { existsSync } from 'node:fs'
import { type MigrationTarget, storeFailure } from '@baton/store-kysely'
import { connectSqlite, type SqliteDeps } from './open-sqlite.js'

const busyTimeoutMs = 60_000

/** Opens a file as it is, for the command line. */
export async function connectForMigrations(
  { database, prefix, action }: { readonly database: string; readonly prefix: string; readonly action: string },
  deps: SqliteDeps,
): Promise<{ readonly target: MigrationTarget; readonly close: () => Promise<void> }> {
  // To look at a file, or to take something back in it, makes none.
  if (action !== 'up' && !existsSync(database)) {
    throw storeFailure('store.cannot_open', { doing: `open the file ${database}`, because: 'it is not there' })
  }
  const settings = { file: database, durability: 'full', busyTimeoutMs, prefix, migrate: false } as const
  const { target } = await connectSqlite(settings, deps)
  return { target, close: () => target.db.destroy() }
}
