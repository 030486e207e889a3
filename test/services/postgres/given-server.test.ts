import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { withConnection } from './connection.ts'
import { findPostgres } from './find-postgres.ts'
import { startPostgres } from './start-postgres.ts'

const running = await startPostgres({ own: true })
afterAll(() => running[Symbol.asyncDispose]())

const databases = () =>
  withConnection({ connectionString: running.url }, (client) =>
    client.query<{ datname: string }>('select datname from pg_database order by 1'),
  ).then(({ rows }) => rows.map(({ datname }) => datname))

beforeEach(() => give(running.url))

function give(url: string): void {
  vi.stubEnv('BATON_TEST_POSTGRES_URL', url)
  onTestFinished(() => void vi.unstubAllEnvs())
}

test('a given server comes first, and its password is not shown', () => {
  const [place, ...others] = findPostgres()
  expect(others).toEqual([])
  expect(place).toMatchObject({ origin: 'given', where: `postgres://postgres:***@127.0.0.1:${running.port}/postgres` })
})

test('nothing changes in it but databases of random names, which are dropped', async () => {
  const before = await databases()
  const server = await startPostgres()
  expect(server).toMatchObject({ origin: 'given', url: running.url, port: running.port, version: running.version })
  {
    await using database = await server.database()
    expect(await databases()).toEqual([database.name, ...before].toSorted())
  }
  await server[Symbol.asyncDispose]()
  expect(await databases()).toEqual(before)
})

test('it is neither stopped nor started nor given options', async () => {
  const server = await startPostgres()
  await expect(server.stop('fast')).rejects.toThrow('is not ours and cannot be stopped')
  await expect(server.start()).rejects.toThrow('is not ours and cannot be started')
  await expect(startPostgres({ settings: { work_mem: '1MB' } })).rejects.toThrow('a given server takes no options')
})

test('a test that needs a server of its own gets another one', () => {
  expect(findPostgres({ own: true }).map(({ origin }) => origin)).not.toContain('given')
})

test.each([
  ['nowhere', 'it is no URL'],
  ['postgres://postgres:wrong@127.0.0.1:1/postgres', 'ECONNREFUSED'],
])('given as %s, it is not replaced by another one', async (url, reason) => {
  give(url)
  await expect(startPostgres()).rejects.toThrow(reason)
})

test('a user who may not create databases is told so', async () => {
  await withConnection({ connectionString: running.url }, (client) =>
    client.query("create role guest login password 'guest'"),
  )
  const url = new URL(running.url)
  url.username = 'guest'
  url.password = 'guest'
  give(url.href)
  await expect(startPostgres()).rejects.toThrow('its user may not create databases')
})
