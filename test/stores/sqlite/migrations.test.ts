import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { connectSqlite } from '../../../packages/adapters-sqlite/src/index.ts'
import { SystemClock, SystemRandom } from '../../../packages/core/src/host/index.ts'
import {
  migrateDown,
  migrateUp,
  migrationStatus,
  printMigrations,
  tableNames,
} from '../../../packages/store-kysely/src/index.ts'
import { migrations } from '../../../packages/store-kysely/src/migrations/migrations.ts'
import type { StoreMigration } from '../../../packages/store-kysely/src/migrations/store-migration.ts'
import { sql } from 'kysely'
import { byHand, integrityOf } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { creation, named, open } from './open.ts'

const { file } = folderOfFile()

async function target(path: string) {
  const settings = { file: path, durability: 'full', busyTimeoutMs: 5_000, migrate: false } as const
  const { target: one } = await connectSqlite(settings, { clock: new SystemClock(), random: new SystemRandom() })
  return { ...one, [Symbol.asyncDispose]: () => one.db.destroy() }
}

/** All tables and indexes, as they were made. */
function schemaOf(path: string): unknown {
  using hand = byHand(path)
  const every =
    "select type, name, lower(replace(sql, '\"', '')) as sql from sqlite_schema where name not like '%migrations%' and name not like 'sqlite_%' order by name"
  return hand.all(every)
}

test('tables are made, taken back, and made again', async () => {
  const path = file()
  await using one = await target(path)
  const names = migrations.map(({ name }) => name)
  expect(await migrationStatus(one)).toEqual({ done: [], pending: names, unknown: [] })
  expect(await migrateUp(one)).toEqual(names)
  expect(await migrationStatus(one)).toEqual({ done: names, pending: [], unknown: [] })
  expect(await migrateUp(one)).toEqual([])
  const made = schemaOf(path)
  for (const name of names.toReversed()) expect(await migrateDown(one)).toEqual([name])
  expect(schemaOf(path)).toEqual([])
  expect(await migrateUp(one)).toEqual(names)
  expect(schemaOf(path)).toEqual(made)
  expect(integrityOf(path)).toBe('ok')
})

test('a migration that fails half-way leaves nothing of it behind', async () => {
  const path = file()
  await using one = await target(path)
  await migrateUp(one)
  const before = schemaOf(path)
  const half: StoreMigration = {
    name: '9999_half',
    async up(db) {
      await db.schema.createTable('begun').addColumn('a', 'text').execute()
      await sql`insert into begun values ('written')`.execute(db)
      await db.schema.alterTable('none').addColumn('a', 'text').execute()
    },
    async down() {},
  }
  const failing = migrateUp(one, [...migrations, half])
  await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^store\.(migration_failed|no_tables)$/) })
  expect(schemaOf(path)).toEqual(before)
  expect((await migrationStatus(one)).unknown).toEqual([])
  const broken = { ...half, up: () => Promise.reject(new TypeError('a mistake in the migration')) }
  await expect(migrateUp(one, [...migrations, broken])).rejects.toMatchObject({
    code: 'store.migration_failed',
    message: expect.stringContaining('9999_half'),
  })
  expect(await migrateUp(one)).toEqual([])
})

test('tables of a later version are refused, and left alone', async () => {
  const path = file()
  await (await open({ file: path })).close()
  using hand = byHand(path)
  hand.exec("insert into orchestrator_migrations values ('0999_later', '2030-01-01')")
  const before = schemaOf(path)
  for (const migrate of [true, false]) {
    await expect(open({ file: path, migrate })).rejects.toMatchObject({
      code: 'store.newer_schema',
      message: expect.stringContaining('0999_later'),
      remedy: expect.stringContaining('later one'),
    })
  }
  expect(schemaOf(path)).toEqual(before)
})

test('who does not want tables to be made is told which are missing, and none is made', async () => {
  const path = file()
  await expect(open({ file: path, migrate: false })).rejects.toMatchObject({
    code: 'store.older_schema',
    message: expect.stringContaining(migrations[0]?.name ?? ''),
  })
  expect(schemaOf(path)).toEqual([])
})

test('the printed statements, carried out by hand, make what the store takes as its own', async () => {
  const printed = file()
  using hand = byHand(printed)
  hand.exec(await printMigrations('sqlite', tableNames()))
  const store = await open({ file: printed, migrate: false })
  expect(await store.states.append([creation('a')])).toMatchObject([{ accepted: true }])
  const made = file()
  await open({ file: made })
  expect(schemaOf(printed)).toEqual(schemaOf(made))
  await using one = await target(printed)
  expect(await migrateUp(one)).toEqual([])
  expect(await migrateDown(one)).toEqual([migrations.at(-1)?.name])
})

test('two prefixes in one file are two stores', async () => {
  const path = file()
  const [one, other] = [await open({ file: path, prefix: 'a_' }), await open({ file: path, prefix: 'b_' })]
  await one.states.append([creation('a')])
  expect(await other.states.append([creation('a')])).toMatchObject([{ accepted: true }])
  expect(await one.states.delete({ run: named('a') })).toBe(1)
  expect(await other.states.read(named('a'), { limit: 1 })).toBeDefined()
  expect(await one.locks.acquire('key', 'me', 1_000)).toBeDefined()
  expect(await other.locks.acquire('key', 'me', 1_000)).toBeDefined()
})

test('a prefix of nothing is one, too', async () => {
  const store = await open({ prefix: '' })
  expect(await store.states.append([creation('a')])).toMatchObject([{ accepted: true }])
})

test.each([
  'a; drop table x',
  'a"b',
  "a'b",
  'Ä',
  'A_',
  '1a',
  'a b',
  'a-b',
  'a.b',
  '__proto__"',
  'x'.repeat(40),
  '\u0000',
])('the prefix %j is refused', async (prefix) => {
  await expect(open({ file: file(), prefix })).rejects.toMatchObject({ code: 'store.invalid_name' })
})

test('a host that has its own tables in the file keeps them', async () => {
  const db = new DatabaseSync(':memory:')
  db.exec("create table mine (a text); insert into mine values ('kept'); create table migrations (name text)")
  await using one = await target(':memory:')
  await migrateUp(one)
  const store = await open({ database: db as never })
  await store.states.append([creation('a')])
  await store.close()
  expect(db.prepare('select * from mine').all()).toEqual([{ a: 'kept' }])
})
