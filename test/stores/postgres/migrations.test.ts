import { connectPostgres } from '@baton/adapters-postgres'
import { RecordingLogger } from '@baton/core/testing'
import { migrateDown, migrateUp, migrationStatus, printMigrations, tableNames } from '@baton/store-kysely'
import { expect, onTestFinished, test } from 'vitest'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { freshDatabase } from '../../services/postgres/database.ts'
import { connectionsTo, flow, open, rowsOf, whyNot } from './rig.ts'
import { runProgram } from './process.ts'

async function connected(url: string, place: { schema?: string; prefix?: string } = {}) {
  const { target, close } = await connectPostgres(
    {
      url,
      maxConnections: 5,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 30_000,
      lockTimeoutMs: 10_000,
      applicationName: 'migrating',
      migrate: true,
      listen: false,
      ...place,
    },
    { clock: new SystemClock(), logger: new RecordingLogger() },
  )
  onTestFinished(close)
  return target
}

/** What a database has, but for the data. */
const shapeOf = (url: string) =>
  rowsOf(
    url,
    `select c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
       pg_get_indexdef(case when c.relkind = 'i' then c.oid end) as definition
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by 1, 2, a.attnum`,
  )

test('ten that start at once on an empty database make the tables once', async () => {
  await using database = await freshDatabase()
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      open({ url: database.url, maxConnections: 4, schema: n % 2 === 0 ? 'new' : undefined }),
    ),
  )
  await Promise.all(all.map((o, n) => o.run(flow, n)))
  for (const schema of ['new.', ''])
    expect(
      await rowsOf(database.url, `select count(*)::int as runs from ${schema}orchestrator_workflow_states`),
    ).toEqual([{ runs: 5 }])
})

test('so do processes', async () => {
  await using database = await freshDatabase()
  const program = `
    const o = await createOrchestrator({ workflows, plugins: [postgres({ url: argv[0], schema: 'made' })] })
    const { output } = await o.run(flow, argv[1])
    await o.close()
    console.log(JSON.stringify(output))
  `
  const names = ['a', 'b', 'c', 'd']
  expect(await Promise.all(names.map((name) => runProgram(program, [database.url, name])))).toEqual(names)
})

test('tables of the same names in another schema are another matter', async () => {
  await using database = await freshDatabase()
  const { url } = database
  const first = await open({ url, schema: 'first' })
  await first.run(flow, 1)
  await rowsOf(
    url,
    'create table public.orchestrator_workflow_states (other text); create table public.orchestrator_migrations (other text)',
  )
  const second = await open({ url, schema: 'second' })
  await second.run(flow, 2)
  expect((await second.runs.list()).runs).toHaveLength(1)
  // Where they are those of somebody else, they are left alone.
  const { codes } = await whyNot(open({ url }))
  expect(codes.some((code) => code.startsWith('store.'))).toBe(true)
  expect(await rowsOf(url, 'select * from public.orchestrator_workflow_states')).toEqual([])
})

test('up, down and up again leads to the same tables', async () => {
  await using database = await freshDatabase()
  const target = await connected(database.url)
  const names = ['0001_runs_and_leases']
  expect(await migrationStatus(target)).toEqual({ done: [], pending: names, unknown: [] })
  expect(await shapeOf(database.url)).toEqual([])
  expect(await migrateUp(target)).toEqual(names)
  const shape = await shapeOf(database.url)
  expect(await migrateUp(target)).toEqual([])
  expect(await migrateDown(target)).toEqual(names)
  expect(await migrationStatus(target)).toMatchObject({ done: [], pending: names })
  expect(await migrateUp(target)).toEqual(names)
  expect(await shapeOf(database.url)).toEqual(shape)
})

test('tables of an earlier and of a later version are told', async () => {
  await using database = await freshDatabase()
  const { url } = database
  expect((await whyNot(open({ url, migrate: false }))).codes).toContain('store.older_schema')
  expect(await shapeOf(url)).toEqual([])
  await (await open({ url })).close()
  await (await open({ url, migrate: false })).close()
  await rowsOf(url, "insert into orchestrator_migrations values ('9999_later', 'now')")
  for (const migrate of [true, false]) {
    const { codes, text } = await whyNot(open({ url, migrate }))
    expect(codes).toContain('store.newer_schema')
    expect(text).toContain('9999_later')
  }
  expect(await connectionsTo(url)).toBe(0)
})

test('who may not make tables may use those that are there', async () => {
  await using database = await freshDatabase()
  const { url } = database
  await rowsOf(url, "create role worker login password 'its-own'")
  const limited = new URL(url)
  limited.username = 'worker'
  limited.password = 'its-own'
  const { codes } = await whyNot(open({ url: limited.href }))
  expect(codes).toContain('store.denied')
  await (await open({ url })).close()
  await rowsOf(url, 'grant select, insert, update, delete on all tables in schema public to worker')
  await rowsOf(url, 'grant usage on all sequences in schema public to worker')
  try {
    // It has nothing to make, so that it needs no right to.
    const o = await open({ url: limited.href })
    expect(await o.run(flow, 'mine')).toMatchObject({ output: 'mine' })
    await o.close()
  } finally {
    await rowsOf(url, 'drop owned by worker')
    await rowsOf(url, 'drop role worker')
  }
})

test.each<{ schema?: string; prefix?: string }>([{}, { schema: 'by_hand', prefix: 'p_' }])(
  'what is printed makes the same, done by hand: %j',
  async (place) => {
    await using database = await freshDatabase()
    await using other = await freshDatabase()
    const printed = await printMigrations('postgres', tableNames(place))
    if (place.schema !== undefined) await rowsOf(database.url, `create schema if not exists ${place.schema}`)
    await rowsOf(database.url, printed)
    const o = await open({ url: database.url, ...place, migrate: false })
    expect(await o.run(flow, 1)).toMatchObject({ status: 'succeeded' })
    await (await open({ url: other.url, ...place })).close()
    const made = (await shapeOf(other.url)).filter(({ relname }) => !String(relname).includes('migrations'))
    expect((await shapeOf(database.url)).filter(({ relname }) => !String(relname).includes('migrations'))).toEqual(made)
  },
)
