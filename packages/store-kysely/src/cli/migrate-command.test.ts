import { expect, test } from 'vitest'
import { storeFailure } from '../failures.js'
import type { MigrateArguments } from './arguments.js'
import { migrateCommand } from './migrate-command.js'

/** Carries out a command line against no database; tells what was said, and what would have been connected to. */
async function given(line: string, env: Record<string, string> = {}) {
  const [said, complained, asked] = [[] as string[], [] as string[], [] as MigrateArguments[]]
  const status = await migrateCommand(line.split(' ').filter(Boolean), {
    env,
    say: (text) => void said.push(text),
    complain: (text) => void complained.push(text),
    connect: async (to) => {
      asked.push(to)
      throw storeFailure('store.unavailable', { doing: 'connect', because: 'it is down' })
    },
  })
  return { status, said: said.join(''), complained: complained.join(''), asked }
}

test.each([
  ['', 2, ''],
  ['migrat up', 2, "'migrat' is no command"],
  ['migrate', 2, 'migrate what?'],
  ['migrate up --database a.db --schema b', 2, 'a file has no schemas'],
  ['migrate sideways --database a.db', 2, "'sideways' is nothing that migrate does"],
  ['migrate up', 2, 'no database was given'],
  ['migrate up now --database a.db', 2, "'now' is more than was expected"],
  ['migrate up --databas a.db', 2, "Unknown option '--databas'"],
  ['migrate print --dialect mysql', 2, "'mysql' is no dialect"],
  ['migrate down --database a.db', 2, 'Say --yes if that is meant'],
  ['migrate up --database a.db', 1, 'it is down'],
])("'%s' ends with %i and says: %s", async (line, status, complaint) => {
  const result = await given(line)
  expect(result.status).toBe(status)
  expect(result.complained).toContain(complaint)
})

test('help is given when it is asked for', async () => {
  expect(await given('migrate --help')).toMatchObject({ status: 0, said: expect.stringContaining('Usage: baton') })
})

test('the database is the one of the line, else of the environment, and tells its dialect', async () => {
  const env = { ORCHESTRATOR_POSTGRES_URL: 'postgresql://h/d', ORCHESTRATOR_SQLITE_FILE: 'b.db' }
  const connectedTo = async (line: string, from: Record<string, string>) => (await given(line, from)).asked[0]
  expect(await connectedTo('migrate up --database a.db', env)).toMatchObject({ dialect: 'sqlite', database: 'a.db' })
  expect(await connectedTo('migrate up', env)).toMatchObject({ dialect: 'postgres', database: 'postgresql://h/d' })
  const { ORCHESTRATOR_SQLITE_FILE } = env
  expect(await connectedTo('migrate up', { ORCHESTRATOR_SQLITE_FILE })).toMatchObject({
    dialect: 'sqlite',
    database: 'b.db',
  })
})

test.each(['mysql://app:secret@h/d', 'app:secret@db.example', 'Postgres//x:y@h', 'file+db://x'])(
  "what looks like a URL and is none, as '%s', becomes no file",
  async (database) => {
    const { status, complained, asked } = await given(`migrate up --database ${database}`)
    expect([status, asked]).toEqual([2, []])
    expect(complained).not.toContain('secret')
  },
)

test('a URL is known in any case, and the places of the tables are those of the plugins', async () => {
  const env = { ORCHESTRATOR_POSTGRES_SCHEMA: 'runs', ORCHESTRATOR_POSTGRES_PREFIX: 'acme_' }
  const { asked } = await given('migrate up --database Postgres://h/d', env)
  expect(asked[0]).toMatchObject({ dialect: 'postgres', schema: 'runs', prefix: 'acme_' })
  expect((await given('migrate up --database postgres://h/d --schema other', env)).asked[0]).toMatchObject({
    schema: 'other',
  })
})

test('the statements are printed for both dialects, under the names that were asked for', async () => {
  for (const dialect of ['postgres', 'sqlite']) {
    const { status, said } = await given(`migrate print --dialect ${dialect} --prefix acme_`)
    expect(status).toBe(0)
    expect(said).toContain('create table "acme_workflow_states"')
    expect(said).toContain("insert into acme_migrations (name, timestamp) values ('0001_runs_and_leases'")
  }
  expect((await given('migrate print --dialect postgres --schema runs')).said).toContain('"runs"."orchestrator_leases"')
})

test('a hostile prefix is no part of a statement', async () => {
  const { status, complained } = await given('migrate print --dialect sqlite --prefix x";drop')
  expect([status, complained]).toEqual([1, expect.stringContaining('is no plain name')])
})
