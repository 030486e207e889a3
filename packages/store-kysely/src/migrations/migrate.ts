import { errorText, isFailure } from '@baton/core/ports'
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Database } from '../engine.js'
import { failureOf } from '../failure-of.js'
import { defaultPrefix } from '../table-names.js'
import { storeFailure } from '../failures.js'
import { migrations } from './migrations.js'
import type { DialectName, StoreMigration } from './store-migration.js'

/** A database whose tables are to be made, or looked at. */
export interface MigrationTarget extends Database {
  readonly dialect: DialectName
  /** What the command line calls it; not told of a server, whose URL may have a password. */
  readonly database?: string | undefined
}

/** Which migrations a database has had, in their order. */
export interface MigrationStatus {
  readonly done: readonly string[]
  readonly pending: readonly string[]
  /** Migrations of a later version. */
  readonly unknown: readonly string[]
}

/** Tells which migrations a database has had. It changes nothing. */
export async function migrationStatus(target: MigrationTarget, all = migrations): Promise<MigrationStatus> {
  const executed = new Set(await executedNames(target))
  const known = all.map(({ name }) => name)
  return {
    done: known.filter((name) => executed.has(name)),
    pending: known.filter((name) => !executed.has(name)),
    unknown: [...executed].filter((name) => !known.includes(name)),
  }
}

/** Makes the tables what this version needs; tells what was done. Any number of processes may do so at once. */
export async function migrateUp(target: MigrationTarget, all = migrations): Promise<readonly string[]> {
  const { pending, unknown } = await migrationStatus(target, all)
  if (unknown.length > 0) throw storeFailure('store.newer_schema', { unknown: unknown.join(', ') })
  if (pending.length === 0) return []
  return migrate(target, all, (migrator) => migrator.migrateToLatest())
}

/** Takes the last migration back, with everything in the tables that it made. */
export async function migrateDown(target: MigrationTarget, all = migrations): Promise<readonly string[]> {
  const { unknown } = await migrationStatus(target, all)
  if (unknown.length > 0) throw storeFailure('store.newer_schema', { unknown: unknown.join(', ') })
  return migrate(target, all, (migrator) => migrator.migrateDown())
}

/** Throws unless the tables are what this version needs. */
export async function checkMigrated(target: MigrationTarget, all = migrations): Promise<void> {
  const { pending, unknown } = await migrationStatus(target, all)
  if (unknown.length > 0) throw storeFailure('store.newer_schema', { unknown: unknown.join(', ') })
  if (pending.length > 0)
    throw storeFailure('store.older_schema', { missing: pending.join(', '), place: placeOf(target) })
}

/** Where the tables are, as the command line is told. */
function placeOf({ database, names: { schema, prefix } }: MigrationTarget): string {
  return `${database === undefined ? '' : ` --database ${database}`}${schema === undefined ? '' : ` --schema ${schema}`}${prefix === defaultPrefix ? '' : ` --prefix ${prefix}`}`
}

async function migrate(
  target: MigrationTarget,
  all: readonly StoreMigration[],
  work: (migrator: Migrator) => ReturnType<Migrator['migrateDown']>,
): Promise<readonly string[]> {
  const schema = await schemaOf(target)
  const { error, results = [] } = await work(migratorOf(target, all, schema))
  if (error !== undefined) {
    const migration = results.find(({ status }) => status === 'Error')?.migrationName ?? 'of the tables'
    const cause = failureOf(error, 'migrate')
    // What the database says of itself tells more than that a migration failed.
    if (isFailure(cause) && cause.code !== 'store.refused') throw cause
    throw storeFailure('store.migration_failed', { migration, because: errorText(error) }, error)
  }
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}

function migratorOf(
  { db, names, dialect }: MigrationTarget,
  all: readonly StoreMigration[],
  schema: string | undefined,
): Migrator {
  const steps = all.map(({ name, up, down }) => [
    name,
    {
      up: (within: Kysely<unknown>) => up(within, names, dialect),
      down: (within: Kysely<unknown>) => down(within, names, dialect),
    },
  ])
  return new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(steps) },
    migrationTableName: `${names.prefix}migrations`,
    migrationLockTableName: `${names.prefix}migrations_lock`,
    ...(schema !== undefined && { migrationTableSchema: schema }),
  })
}

/** Named in any case: tables of the same names may be in other schemas too. */
async function schemaOf({ db, names, dialect }: MigrationTarget): Promise<string | undefined> {
  if (dialect === 'sqlite' || names.schema !== undefined) return names.schema
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
  return rows[0]?.name ?? undefined
}

async function executedNames({ db, names }: MigrationTarget): Promise<readonly string[]> {
  const place = names.schema === undefined ? '' : `${names.schema}.`
  try {
    const table = sql.table(`${place}${names.prefix}migrations`)
    return (await sql<{ name: string }>`select name from ${table} order by name`.execute(db)).rows.map(
      ({ name }) => name,
    )
  } catch (error) {
    const failure = failureOf(error, 'look for its migrations')
    if (isFailure(failure) && failure.code === 'store.no_tables') return []
    throw failure
  }
}
