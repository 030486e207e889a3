import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { TableNames } from '../table-names.js'
import { migrations } from './migrations.js'
import type { DialectName } from './store-migration.js'

/** The statements of all migrations, for those who run them by other means. It needs no database. */
export async function printMigrations(dialect: DialectName, names: TableNames): Promise<string> {
  const statements: string[] = []
  const isPostgres = dialect === 'postgres'
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => (isPostgres ? new PostgresAdapter() : new SqliteAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => (isPostgres ? new PostgresIntrospector(of) : new SqliteIntrospector(of)),
      createQueryCompiler: () => (isPostgres ? new PostgresQueryCompiler() : new SqliteQueryCompiler()),
    },
    log: ({ query }) => void statements.push(`${query.sql};`),
  })
  const place = names.schema === undefined ? '' : `${names.schema}.`
  const table = `${place}${names.prefix}migrations`
  if (names.schema !== undefined) statements.push(`create schema if not exists "${names.schema}";`)
  statements.push(
    `create table if not exists ${table} (name varchar(255) primary key, timestamp varchar(255) not null);`,
  )
  for (const { name, up } of migrations) {
    statements.push(`\n-- ${name}`)
    await up(db, names, dialect)
    const now = isPostgres ? 'now()' : "datetime('now')"
    statements.push(`insert into ${table} (name, timestamp) values ('${name}', ${now});`)
  }
  return `${statements.join('\n')}\n`
}
