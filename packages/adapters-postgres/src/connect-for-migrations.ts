import type { MigrationTarget } from '@baton/store-kysely'
import { connectPostgres, type PostgresDeps } from './open-postgres.js'

/** A migration takes as long as it takes. */
const unhurried = {
  maxConnections: 3,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 3_600_000,
  lockTimeoutMs: 60_000,
  applicationName: 'baton migrate',
  migrate: false,
  listen: false,
}

/** Connects to a database as it is, for the command line. */
export function connectForMigrations(
  {
    database,
    schema,
    prefix,
  }: { readonly database: string; readonly schema?: string | undefined; readonly prefix: string },
  deps: PostgresDeps,
): Promise<{ readonly target: MigrationTarget; readonly close: () => Promise<void> }> {
  return connectPostgres({ ...unhurried, url: database, schema, prefix }, deps)
}
