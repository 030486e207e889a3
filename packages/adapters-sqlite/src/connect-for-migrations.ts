import type { MigrationTarget } from '@baton/store-kysely'
import { connectSqlite, type SqliteDeps } from './open-sqlite.js'

const busyTimeoutMs = 60_000

/** Opens a file as it is, for the command line. */
export async function connectForMigrations(
  { database, prefix }: { readonly database: string; readonly prefix: string },
  deps: SqliteDeps,
): Promise<{ readonly target: MigrationTarget; readonly close: () => Promise<void> }> {
  const settings = { file: database, durability: 'full', busyTimeoutMs, prefix, migrate: false } as const
  const { target } = await connectSqlite(settings, deps)
  return { target, close: () => target.db.destroy() }
}
