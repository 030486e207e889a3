import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { databaseOfFile } from '../../services/postgres/database.ts'
import { startProxy } from '../../services/proxy.ts'
import { connectionsTo, hostPool, open, rowsOf, whyNot } from './rig.ts'

const { url } = await databaseOfFile()
const secret = 'a-secret-word'
const connectTimeoutMs = 1_000

/** The URL of the file's database with some parts changed, and a password that is looked for in what is told. */
function changed(change: (url: URL) => void): string {
  const other = new URL(url)
  other.password = secret
  change(other)
  return other.href
}

/** Why it does not start, and how long that took. */
async function failure(options: Parameters<typeof open>[0]) {
  const begun = performance.now()
  const { error, text, codes } = await whyNot(open({ connectTimeoutMs, ...options }))
  expect(`${text} ${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toContain(secret)
  return { text, codes, ms: performance.now() - begun }
}

async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('a server that is down is named', async () => {
  const port = await deadPort()
  const { text, codes, ms } = await failure({ url: changed((to) => (to.port = String(port))) })
  expect(codes).toContain('store.unavailable')
  expect(text).toContain(`ECONNREFUSED 127.0.0.1:${port}`)
  expect(text).toContain('see whether the database is up')
  expect(ms).toBeLessThan(5_000)
})

test('a wrong password, a user and a database that are not there are named', async () => {
  const wrong = await failure({ url: changed(() => {}) })
  expect(wrong.codes).toContain('store.denied')
  expect(wrong.text).toMatch(/password authentication failed for user "postgres"[^]*Check the user, the password/)
  const nobody = await failure({ url: changed((to) => (to.username = 'nobody')) })
  expect(nobody.text).toContain('"nobody"')
  const nowhere = new URL(url)
  nowhere.pathname = '/nowhere'
  const { codes, text } = await failure({ url: nowhere.href })
  expect(codes).toContain('store.denied')
  expect(text).toContain('database "nowhere" does not exist')
})

test('a host that nobody knows is named', async () => {
  const { text, codes } = await failure({ url: changed((to) => (to.hostname = 'nobody.invalid')) })
  expect(codes).toContain('store.unavailable')
  expect(text).toContain('nobody.invalid')
})

test('a port that never answers is given up in time, and no socket is left', async () => {
  const connected = new Set<object>()
  const server = createServer((socket) => {
    connected.add(socket.resume())
    socket.on('error', () => {})
    socket.on('close', () => connected.delete(socket))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { text, ms } = await failure({ url: changed((to) => (to.port = String(port))) })
  expect(text).toMatch(/no connection to the database within 1000 ms[^]*See whether the server can be reached/)
  expect(ms).toBeGreaterThanOrEqual(connectTimeoutMs - 50)
  expect(ms).toBeLessThan(connectTimeoutMs + 4_000)
  await expect.poll(() => connected.size).toBe(0)
})

test('a server that says nothing after the first word is given up too, in a pool of the host', async () => {
  const { hostname: host, port } = new URL(url)
  await using proxy = await startProxy({ host, port: Number(port) })
  const pool = hostPool(proxy.url(url))
  await pool.query('select 1')
  proxy.pause()
  const begun = performance.now()
  const { codes } = await whyNot(open({ pool, connectTimeoutMs, statementTimeoutMs: 500 }))
  expect(codes).toContain('postgres.silent')
  expect(performance.now() - begun).toBeLessThan(15_000)
  proxy.resume()
})

test('a pool of the host of which nothing is free is given up', async () => {
  const pool = hostPool(url, { max: 3 })
  const clients = await Promise.all([1, 2, 3].map(() => pool.connect()))
  const { codes } = await failure({ pool })
  expect(codes).toContain('postgres.no_connection')
  // What comes too late goes back.
  for (const client of clients) client.release()
  await expect.poll(() => pool.idleCount).toBe(3)
})

test('a URL that is none is refused without telling it', async () => {
  for (const none of [`postgres://me:${secret}@host:port/x`, `postgres://me:${secret}@[/x`]) {
    const { text } = await failure({ url: none })
    expect(text).not.toBe('')
  }
})

test('a user who may not make tables is told so', async () => {
  await rowsOf(url, `create role reader login password '${secret}'`)
  onTestFinished(async () => void (await rowsOf(url, 'drop role reader')))
  const { text, codes } = await failure({ url: changed((to) => (to.username = 'reader')) })
  expect(codes).toContain('store.denied')
  expect(text).toMatch(/permission denied for schema public[^]*what the user may do there/)
  const made = await failure({ url: changed((to) => (to.username = 'reader')), schema: 'mine' })
  expect(made.text).toContain('permission denied')
})

test('a start that failed leaves no connection', async () => {
  await rowsOf(url, 'create table taken_workflow_states (no int)')
  await whyNot(open({ url, prefix: 'taken_' }))
  await expect.poll(() => connectionsTo(url)).toBe(0)
})

test.each([
  [{ pool: 'localhost' }, 'it must be a pool of pg'],
  [{ replicaPool: {} }, 'it must be a pool of pg'],
  [{ pool: new pg.Client() }, 'it must be a pool of pg'],
  [{ pglite: 'memory://' }, 'it must be a PGlite'],
  [{ tls: 'yes' }, 'the options of a TLS connection'],
  [{ url: 'mysql://u@host/name' }, 'it must begin with postgres://'],
  [{ url: 'hello world' }, 'it must begin with postgres://'],
])('an option that cannot be meant is refused (%#): %s', async (options, because) => {
  const { codes, text } = await failure(options as never)
  expect(codes).toEqual(['config.invalid'])
  expect(text).toContain(because)
})

test('a word of SQL is refused as the name of a schema', async () => {
  const { codes, text } = await failure({ url, schema: 'user' })
  expect(codes).toContain('store.invalid_name')
  expect(text).toContain('no word of SQL')
})

test.each(['socket:/nowhere?db=runs', '/nowhere runs', 'POSTGRES://nobody@127.0.0.1:1/runs'])(
  'other forms of a URL that `pg` takes are tried: %s',
  async (form) => expect((await failure({ url: form })).codes).toContain('store.unavailable'),
)
