import { runsAndLeases } from './0001-runs-and-leases.js'
import type { StoreMigration } from './store-migration.js'

/** All migrations, in their order. */
export const migrations: readonly StoreMigration[] = [runsAndLeases]
