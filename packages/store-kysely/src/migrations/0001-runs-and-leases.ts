import { type Kysely, sql } from 'kysely'
import type { TableNames } from '../table-names.js'
import { type ColumnTypes, postgresTypes, sqliteTypes } from './column-types.js'
import type { StoreMigration } from './store-migration.js'

/** Runs, their records, who carries them out, and leases. */
export const runsAndLeases: StoreMigration = {
  name: '0001_runs_and_leases',
  async up(db, names, dialect) {
    const types = dialect === 'postgres' ? postgresTypes : sqliteTypes
    await createStates(db, names, types, dialect)
    await createResults(db, names, types, dialect)
    const runners = db.schema
      .createTable(names.runners)
      .addColumn('name', types.name, (column) => column.primaryKey().notNull())
      .addColumn('host', types.text)
      .addColumn('pid', types.whole)
      .addColumn('instance', types.text)
      .addColumn('lease_until', types.time, (column) => column.notNull())
    // Where the time is that of hosts, who watches a runner needs to know for how long.
    await (dialect === 'sqlite'
      ? runners.addColumn('lease_ms', types.whole, (column) => column.notNull())
      : runners
    ).execute()
    await db.schema
      .createTable(names.leases)
      .addColumn('token', dialect === 'sqlite' ? types.counted : types.whole, (column) => column.notNull())
      .addColumn('key', types.name, (column) => column.unique().notNull())
      .addColumn('owner', types.text, (column) => column.notNull())
      .addColumn('lease_until', types.time, (column) => column.notNull())
      .execute()
    // SQLite counts the rows of the table itself.
    if (dialect === 'postgres') await sql`create sequence ${sql.table(names.tokens)}`.execute(db)
  },
  async down(db, names, dialect) {
    for (const table of [names.leases, names.runners, names.results, names.states])
      await db.schema.dropTable(table).execute()
    if (dialect === 'postgres') await sql`drop sequence ${sql.table(names.tokens)}`.execute(db)
  },
}

/** A session's next run waits for those that are before it: they are looked for at each. */
const underWay = "session_id is not null and status in ('running', 'pending')"

async function createStates(
  db: Kysely<unknown>,
  names: TableNames,
  types: ColumnTypes,
  dialect: string,
): Promise<void> {
  const isPostgres = dialect === 'postgres'
  // What never changes comes first: PostgreSQL logs only the rest of a row that changes.
  let table = db.schema
    .createTable(names.states)
    .addColumn('no', types.counted, (column) => (isPostgres ? column.primaryKey() : column))
    .addColumn('created_at', types.time, (column) =>
      isPostgres ? column.notNull().defaultTo(sql`clock_timestamp()`) : column.notNull(),
    )
    .addColumn('shape', types.whole, (column) => column.notNull())
    .addColumn('version', types.small, (column) => column.notNull())
    .addColumn('tenant', types.name, (column) => column.notNull())
    .addColumn('id', types.name, (column) => column.notNull())
    .addColumn('workflow', types.name, (column) => column.notNull())
    .addColumn('session_id', types.name)
    .addColumn('parent', types.name)
    .addColumn('input', types.text)
    .addColumn('runner', types.name, (column) => column.notNull())
    .addColumn('takeovers', types.small, (column) => column.notNull().defaultTo(0))
    .addColumn('nudge', types.small, (column) => column.notNull().defaultTo(0))
    .addColumn('heard', types.small, (column) => column.notNull().defaultTo(0))
    .addColumn('token', types.whole, (column) => column.notNull())
    .addColumn('status', types.text, (column) => column.notNull())
    .addColumn('wake_at', types.time)
    .addColumn('ended_at', types.time)
    .addColumn('output', types.text)
    .addColumn('failure', types.text)
    .addUniqueConstraint(`${names.prefix}workflow_states_name`, ['tenant', 'id'])
  if (isPostgres) table = table.modifyEnd(sql`with (fillfactor = 90)`)
  await table.execute()
  const index = (name: string, columns: string[], where?: string) => {
    const made = db.schema.createIndex(`${names.prefix}workflow_states_${name}`).on(names.states).columns(columns)
    return (where === undefined ? made : made.where(sql<boolean>`${sql.raw(where)}`)).execute()
  }
  await index('held', ['runner'], "status = 'running'")
  await index('due', ['wake_at', 'workflow', 'version'], 'wake_at is not null')
  await index('ended', ['ended_at'], 'ended_at is not null')
  await index('of_workflow', ['tenant', 'workflow', 'no'])
  await index('of_session', ['tenant', 'session_id', 'no'], 'session_id is not null')
  await index('under_way', ['tenant', 'session_id', 'no'], underWay)
  await index('of_parent', ['tenant', 'parent', 'no'], 'parent is not null')
  await index('rare', ['status', 'no'], "status not in ('running', 'succeeded')")
  if (!isPostgres) await index('of_tenant', ['tenant', 'no'])
}

async function createResults(
  db: Kysely<unknown>,
  names: TableNames,
  types: ColumnTypes,
  dialect: string,
): Promise<void> {
  const table = db.schema
    .createTable(names.results)
    .addColumn('run', types.whole, (column) => column.notNull())
    .addColumn('no', dialect === 'postgres' ? types.counted : sql`integer primary key`)
    .addColumn('at', types.time, (column) => column.notNull())
    .addColumn('took_ms', types.whole)
    .addColumn('attempt', types.small, (column) => column.notNull())
    .addColumn('key', types.name, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('agent', types.text)
    .addColumn('body', types.text)
  const key = `${names.prefix}agent_results_key`
  await (dialect === 'postgres'
    ? table.addPrimaryKeyConstraint(key, ['run', 'key'])
    : table.addUniqueConstraint(key, ['run', 'key'])
  ).execute()
}
