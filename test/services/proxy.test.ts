import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { withConnection } from './postgres/connection.ts'
import { databaseOfFile } from './postgres/database.ts'
import { startProxy } from './proxy.ts'

const database = await databaseOfFile()
const direct = <Row extends object>(sql: string) =>
  withConnection({ connectionString: database.url }, (client) => client.query<Row>(sql)).then(({ rows }) => rows)
await direct('create table notes (text text)')

async function open() {
  await direct('truncate notes')
  const { hostname: host, port } = new URL(database.url)
  const proxy = await startProxy({ host, port: Number(port) })
  onTestFinished(() => proxy.close())
  const connect = async () => {
    const client = new Client({ connectionString: proxy.url(database.url) })
    client.on('error', () => {})
    onTestFinished(() => client.end().catch(() => {}))
    await client.connect()
    return client
  }
  return { proxy, connect, client: await connect() }
}

const notes = () =>
  direct<{ text: string }>('select text from notes order by text').then((rows) => rows.map(({ text }) => text))
const insert = (client: Client, text: string) => client.query('insert into notes values ($1)', [text])
const isLost = { message: expect.stringMatching(/terminat|ECONNRESET|not queryable/) }

test('what is said arrives, however much it is', async () => {
  const { client, proxy } = await open()
  const text = 'x'.repeat(1_000_000)
  expect((await client.query('select $1::text as text', [text])).rows).toEqual([{ text }])
  expect(proxy.connections).toBe(1)
})

test('a client that wants to encrypt is told that nobody does', async () => {
  const { proxy } = await open()
  const connectionString = proxy.url(database.url)
  await expect(withConnection({ connectionString, ssl: true }, async () => {})).rejects.toThrow('does not support SSL')
})

test('the URL of the proxy has everything but the address', async () => {
  const { proxy } = await open()
  expect(proxy.url('postgres://me:secret@db.example:6000/a%20b?host=/run&application_name=x')).toBe(
    `postgres://me:secret@127.0.0.1:${proxy.port}/a%20b?application_name=x`,
  )
})

test('cutAll breaks what is open, and lets new connections in', async () => {
  const { proxy, client, connect } = await open()
  const second = await connect()
  const waiting = client.query('select pg_sleep(60)').catch((error: Error) => error)
  expect(proxy.cutAll()).toBe(2)
  expect(await waiting).toMatchObject(isLost)
  await expect(second.query('select 1')).rejects.toMatchObject(isLost)
  await insert(await connect(), 'again')
  expect(await notes()).toEqual(['again'])
})

test('while it is down nobody gets in', async () => {
  const { proxy, client, connect } = await open()
  expect(proxy.down()).toBe(1)
  await expect(client.query('select 1')).rejects.toMatchObject(isLost)
  await expect(connect()).rejects.toMatchObject({ message: expect.stringMatching(/ECONNRESET|terminated/) })
  proxy.up()
  await insert(await connect(), 'again')
})

test('a lost answer is one of something that was done', async () => {
  const { proxy, client } = await open()
  const fault = proxy.loseAnswers()
  await expect(insert(client, 'done')).rejects.toMatchObject(isLost)
  expect(await notes()).toEqual(['done'])
  expect(fault).toMatchObject({ seen: 1, happened: 1 })
})

test.each([
  ['simple queries', (client: Client, text: string) => client.query(`insert into notes values ('${text}')`)],
  ['queries with values', insert],
  [
    'prepared statements',
    (client: Client, text: string) =>
      client.query({ name: 'insert', text: 'insert into notes values ($1)', values: [text] }),
  ],
])('every third answer to %s is lost, counted over all connections', async (_, write) => {
  const { proxy, connect } = await open()
  const fault = proxy.loseAnswers({ every: 3 })
  const outcomes: string[] = []
  let client = await connect()
  for (const text of ['1', '2', '3', '4', '5', '6', '7']) {
    try {
      await write(client, text)
      outcomes.push('answered')
    } catch {
      outcomes.push('lost')
      client = await connect()
    }
  }
  expect(outcomes).toEqual(['answered', 'answered', 'lost', 'answered', 'answered', 'lost', 'answered'])
  expect(await notes()).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  expect(fault).toMatchObject({ seen: 7, happened: 2 })
})

test('of a transaction the answer to its end is lost, and what failed does not count', async () => {
  const { proxy, client } = await open()
  const fault = proxy.loseAnswers()
  await expect(client.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
  await client.query('begin')
  await insert(client, 'committed')
  expect(fault.seen).toBe(0)
  await expect(client.query('commit')).rejects.toMatchObject(isLost)
  expect(await notes()).toEqual(['committed'])
  expect(fault.happened).toBe(1)
})

test('which answers get lost, and how many, can be chosen', async () => {
  const { proxy, client, connect } = await open()
  const fault = proxy.loseAnswers({
    when: ({ statements, tags }) => statements.some((sql) => sql.startsWith('insert')) && tags.includes('INSERT 0 1'),
    atMost: 1,
  })
  await client.query('select 1')
  await expect(insert(client, 'first')).rejects.toMatchObject(isLost)
  const second = await connect()
  await insert(second, 'second')
  fault.end()
  await insert(second, 'third')
  expect(await notes()).toEqual(['first', 'second', 'third'])
  expect(fault).toMatchObject({ seen: 1, happened: 1 })
})

test('a lost request is one of something that was not done', async () => {
  const { proxy, client, connect } = await open()
  const fault = proxy.loseRequests({ every: 2 })
  await insert(client, 'first')
  await expect(insert(client, 'second')).rejects.toMatchObject(isLost)
  const other = await connect()
  await other.query("insert into notes values ('third')")
  await expect(other.query("insert into notes values ('fourth')")).rejects.toMatchObject(isLost)
  expect(await notes()).toEqual(['first', 'third'])
  expect(fault.happened).toBe(2)
})

test('the connection breaks right after a message, of either side', async () => {
  const { proxy, client, connect } = await open()
  const asked = proxy.cutAfter(({ from, type }) => from === 'client' && type === 'Q', { atMost: 1 })
  await expect(client.query("insert into notes values ('asked')")).rejects.toMatchObject(isLost)
  await expect.poll(notes).toEqual(['asked'])
  const other = await connect()
  const answered = proxy.cutAfter(({ from, type }) => from === 'server' && type === 'Z', { every: 2 })
  await insert(other, 'first')
  await insert(other, 'second')
  await expect(insert(other, 'third')).rejects.toMatchObject(isLost)
  expect([asked.happened, answered.happened]).toEqual([1, 1])
})

test('answers come late', async () => {
  const { proxy, client } = await open()
  proxy.delay(60)
  const before = performance.now()
  await Promise.all([insert(client, 'one'), insert(client, 'two')])
  expect(performance.now() - before).toBeGreaterThanOrEqual(2 * 2 * 60 - 2)
  proxy.delay(0)
  await insert(client, 'three')
  expect(await notes()).toEqual(['one', 'three', 'two'])
})

test('nothing gets through while it is paused, and everything afterwards', async () => {
  const { proxy, client, connect } = await open()
  proxy.pause()
  let isDone = false
  const work = Promise.all([insert(client, 'old'), connect().then((late) => insert(late, 'new'))]).then(
    () => (isDone = true),
  )
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(isDone).toBe(false)
  expect(await notes()).toEqual([])
  proxy.resume()
  await work
  expect(await notes()).toEqual(['new', 'old'])
})

test('a client that reads an answer bit by bit gets the bits while answers are watched', async () => {
  const { proxy, client } = await open()
  proxy.loseAnswers({ when: () => false })
  const bits = { text: 'select n from generate_series(1, 5) n', rows: 2 }
  expect((await client.query(bits)).rows).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })))
})

test('what the server says by itself is passed on while answers are watched', async () => {
  const { proxy, client } = await open()
  proxy.loseAnswers({ when: () => false })
  await client.query('listen news')
  const heard = new Promise((resolve) => client.once('notification', ({ payload }) => resolve(payload)))
  await direct("notify news, 'it rains'")
  expect(await heard).toBe('it rains')
})

test('a server that ends connections ends them through the proxy', async () => {
  const { client } = await open()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  await direct(`select pg_terminate_backend(${rows[0].pid})`)
  await expect(client.query('select 1')).rejects.toMatchObject(isLost)
})
