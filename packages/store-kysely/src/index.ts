export {
  type Answer,
  type Database,
  type LeaseEngine,
  type NamedStatement,
  refused,
  type StateEngine,
  type Words,
} from './engine.js'
export { failureOf, isBusy } from './failure-of.js'
export { storeFailure } from './failures.js'
export { type Columns, headColumns, recordColumns } from './head-columns.js'
export { isProcessGone } from './is-process-gone.js'
export { KyselyLockStore } from './kysely-lock-store.js'
export { KyselyStateStore, type StateStoreDeps } from './kysely-state-store.js'
export {
  checkMigrated,
  type MigrationStatus,
  type MigrationTarget,
  migrateDown,
  migrateUp,
  migrationStatus,
} from './migrations/migrate.js'
export { printMigrations } from './migrations/print.js'
export type { DialectName } from './migrations/store-migration.js'
export type { IsGone } from './postgres/claim.js'
export type { PostgresLane } from './postgres/lane.js'
export { PostgresEngine } from './postgres/postgres-engine.js'
export { PostgresLeases } from './postgres/leases.js'
export type {
  SqliteHost,
  SqliteResult,
  SqliteRow,
  SqliteStatement,
  SqliteUnit,
  SqliteValue,
} from './sqlite/host.js'
export { SqliteEngine } from './sqlite/sqlite-engine.js'
export { SqliteLeases } from './sqlite/leases.js'
export { SqliteTime } from './sqlite/time.js'
export { type HeadRow, headOf, type RecordRow, recordOf } from './rows.js'
export { defaultPrefix, type TableNames, type TablePlace, tableNames } from './table-names.js'
export type { Tables } from './tables.js'
