import { lockStore } from '@baton/core'
import { PGlite } from '@electric-sql/pglite'
import { expect, test, vi } from 'vitest'
import { databaseOfFile, freshDatabase } from '../../services/postgres/database.ts'
import {
  flow,
  held,
  gate,
  hostPool,
  open,
  openFromEnv,
  rowsOf,
  waiting,
  Go,
  whyNot,
  connectionsTo,
  overheardPool,
} from './rig.ts'

const { url } = await databaseOfFile()

const tablesIn = async (schema: string, of = url) =>
  (
    await rowsOf<{ name: string }>(
      of,
      'select table_name as name from information_schema.tables where table_schema = $1 order by 1',
      [schema],
    )
  ).map(({ name }) => name)

test('a pool of the host stays open, and its connections are as they were', async () => {
  const pool = hostPool(url, { max: 6 })
  const o = await open({ pool })
  await Promise.all(Array.from({ length: 20 }, (_, n) => o.run(flow, n)))
  await o.runs.list({ workflow: 'flow' })
  await o.close()
  // All of them at once, so that none is left out.
  const clients = await Promise.all(Array.from({ length: 6 }, () => pool.connect()))
  for (const client of clients) {
    const { rows } = await client.query(
      `select current_setting('enable_seqscan') as seqscan, current_setting('statement_timeout') as statement,
              current_setting('lock_timeout') as lock, (select count(*)::int from pg_listening_channels()) as channels,
              (select count(*)::int from pg_prepared_statements) as prepared`,
    )
    expect(rows).toEqual([{ seqscan: 'on', statement: '0', lock: '0', channels: 0, prepared: 0 }])
    expect(client.listenerCount('end') + client.listenerCount('notification')).toBeLessThanOrEqual(1)
    client.release()
  }
  expect(pool.listenerCount('error')).toBe(1)
})

test('a pool with too few connections is refused, also where two share it', async () => {
  const { codes, text } = await whyNot(open({ pool: hostPool(url, { max: 2 }) }))
  expect(codes).toContain('postgres.pool_too_small')
  expect(text).toContain('at least 3')
  const pool = hostPool(url, { max: 4 })
  const first = await open({ pool })
  expect((await whyNot(open({ pool }))).text).toContain('at least 5')
  await first.close()
  const second = await open({ pool, prefix: 'second_' })
  expect(await second.run(flow, 1)).toMatchObject({ status: 'succeeded' })
})

test('two orchestrators share a pool, each with its tables', async () => {
  const pool = hostPool(url, { max: 6 })
  const [one, two] = [await open({ pool, prefix: 'a_' }), await open({ pool, schema: 'other' })]
  await Promise.all(Array.from({ length: 50 }, (_, n) => Promise.all([one.run(flow, n), two.run(flow, -n)])))
  expect((await one.runs.list({ limit: 500 })).runs).toHaveLength(50)
  await one.close()
  expect(await two.run(flow, 'on')).toMatchObject({ output: 'on' })
  expect((await two.runs.list({ limit: 500 })).runs).toHaveLength(51)
})

test('the variables of PostgreSQL say where it is', async () => {
  const { hostname, port, username, password, pathname } = new URL(url)
  for (const [name, value] of Object.entries({
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: pathname.slice(1),
  }))
    vi.stubEnv(name, decodeURIComponent(value))
  try {
    const o = await open({ prefix: 'by_variables_' })
    expect(await o.run(flow, 'here')).toMatchObject({ output: 'here' })
    expect(await tablesIn('public')).toContain('by_variables_workflow_states')
  } finally {
    vi.unstubAllEnvs()
  }
})

test('its settings come from the environment, and its URL is told without the password', async () => {
  vi.stubEnv('ORCHESTRATOR_POSTGRES_URL', url)
  vi.stubEnv('ORCHESTRATOR_POSTGRES_PREFIX', 'from_env_')
  vi.stubEnv('ORCHESTRATOR_POSTGRES_STATEMENT_TIMEOUT', '7s')
  vi.stubEnv('ORCHESTRATOR_POSTGRES_MAX_CONNECTIONS', '4')
  try {
    const o = await openFromEnv()
    expect(await o.run(flow, 1)).toMatchObject({ status: 'succeeded' })
    expect(await tablesIn('public')).toContain('from_env_runners')
    const told = o.describeConfig()
    expect(told).not.toContain(new URL(url).password)
    expect(told).toMatch(/ORCHESTRATOR_POSTGRES_URL +\*\*\* /)
    expect(told).toMatch(/ORCHESTRATOR_POSTGRES_STATEMENT_TIMEOUT\s+7 /)
    expect(JSON.stringify(o.log.lines)).not.toContain(new URL(url).password)
  } finally {
    vi.unstubAllEnvs()
  }
})

test('its connections bear its name and keep its timeouts', async () => {
  const o = await open({
    url,
    applicationName: 'my app',
    statementTimeoutMs: 4_321,
    lockTimeoutMs: 76,
    prefix: 'named_',
  })
  await o.run(flow, 1)
  await o.runs.list()
  const names = await rowsOf<{ query: string }>(
    url,
    `select query from pg_stat_activity where application_name = 'my app'`,
  )
  // The one that writes, the one that listens, and at least one that reads.
  expect(names.length).toBeGreaterThanOrEqual(3)
  await rowsOf(
    url,
    `create function named_seen() returns trigger language plpgsql as $$ begin
      insert into named_settings values (current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('enable_seqscan')); return new; end $$`,
  )
  await rowsOf(url, 'create table named_settings (statement text, lock text, seqscan text)')
  for (const table of ['workflow_states', 'leases'])
    await rowsOf(
      url,
      `create trigger seen before insert or update on named_${table} for each row execute function named_seen()`,
    )
  await o.run(flow, 2)
  await o.port(lockStore).acquire('a key', 'somebody', 1_000)
  const settings = await rowsOf(url, 'select distinct * from named_settings order by seqscan')
  expect(settings).toEqual([
    { statement: '4321ms', lock: '76ms', seqscan: 'off' },
    { statement: '4321ms', lock: '76ms', seqscan: 'on' },
  ])
})

test('the connection that writes keeps its timeouts in a pool of the host too', async () => {
  const o = await open({ pool: hostPool(url), statementTimeoutMs: 4_321, lockTimeoutMs: 76, prefix: 'hosts_' })
  await o.run(flow, 1)
  await rowsOf(
    url,
    `create function hosts_seen() returns trigger language plpgsql as $$ begin
      raise exception '% %', current_setting('statement_timeout'), current_setting('lock_timeout'); end $$`,
  )
  await rowsOf(
    url,
    'create trigger seen before insert on hosts_workflow_states for each row execute function hosts_seen()',
  )
  const { text } = await whyNot(o.start(flow, 2))
  expect(text).toContain('4321ms 76ms')
})

test('what was planned for few runs is planned anew as they grow', async () => {
  const { pool, said } = overheardPool(url)
  const o = await open({ pool, prefix: 'growing_' })
  const anew = () => said.filter((text) => text === 'discard plans').length
  await o.run(flow, 1)
  expect(anew()).toBe(0)
  for (let n = 0; n < 120; n++) await o.run(flow, n)
  expect(anew()).toBe(2)
})

test('no more than so many connections are opened by any load', async () => {
  const o = await open({ url, maxConnections: 5, applicationName: 'busy', prefix: 'busy_' })
  let most = 0
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const [row] = await rowsOf<{ count: number }>(
        url,
        `select count(*)::int as count from pg_stat_activity where application_name = 'busy'`,
      )
      most = Math.max(most, row?.count ?? 0)
    }
  })()
  const runs = Array.from({ length: 500 }, async (_, n) => {
    const result = await o.run(flow, n, { id: `run ${n}` })
    await o.runs.get(`run ${n}`)
    await o.runs.list({ limit: 10 })
    return result.status
  })
  expect(new Set(await Promise.all(runs))).toEqual(new Set(['succeeded']))
  isOver = true
  await watching
  expect(most).toBeGreaterThanOrEqual(3)
  expect(most).toBeLessThanOrEqual(5)
})

test('tables are in the schema and under the prefix that are given; a schema that is missing is made', async () => {
  const o = await open({ url, schema: 'made', prefix: 'p_' })
  expect(await o.run(flow, 1)).toMatchObject({ status: 'succeeded' })
  expect(await tablesIn('made')).toEqual([
    'p_agent_results',
    'p_leases',
    'p_migrations',
    'p_migrations_lock',
    'p_runners',
    'p_workflow_states',
  ])
  const { codes } = await whyNot(open({ url, schema: 'no; drop' }))
  expect(codes).toContain('store.invalid_name')
})

test('names as long as may be are told and heard of', async () => {
  const [schema, prefix] = ['s'.repeat(31), 'p'.repeat(31)]
  const worker = await open({ url, schema, prefix }, { settings: { journal: { leaseMs: 60_000 } } })
  const client = await open({ url, schema, prefix }, { role: 'client' })
  const run = await worker.start(waiting, 1)
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  await client.attach(waiting, run.id).signal(Go, 'told')
  await expect
    .poll(async () => (await worker.attach(waiting, run.id).result({ waitMs: 0 })).status, { timeout: 10_000 })
    .toBe('succeeded')
})

test('a server that does not encrypt is told apart from one that does', async () => {
  for (const tls of [true, { rejectUnauthorized: false }]) {
    const { text } = await whyNot(open({ url, tls }))
    expect(text).toContain('does not support SSL')
    expect(text).not.toContain(new URL(url).password)
  }
  const o = await open({ url, tls: false })
  await o.close()
})

test('a replica is asked for lists, and for nothing that has to be exact', async () => {
  await using replica = await freshDatabase()
  const other = await open({ url: replica.url })
  await other.run(flow, 'of the replica', { id: 'only there' })
  await other.close()
  const pool = hostPool(replica.url)
  const asked: string[] = []
  const connect = pool.connect.bind(pool) as () => Promise<unknown>
  pool.connect = (() => {
    asked.push('connect')
    return connect()
  }) as never
  const same = await open({ url, replicaPool: pool })
  const run = await same.start(held, 'on the primary', { id: 'only here' })
  expect(await same.runs.get('only here')).toMatchObject({ id: 'only here' })
  expect(await same.runs.history('only here')).toBeDefined()
  expect(asked).toEqual([])
  expect((await same.runs.list()).runs.map(({ id }) => id)).toEqual(['only there'])
  expect(asked).toHaveLength(1)
  const [row] = await rowsOf<{ runner: string }>(
    url,
    "select runner from orchestrator_workflow_states where id = 'only here'",
  )
  expect((await same.states.list({ runner: row?.runner, limit: 10 })).heads).toHaveLength(1)
  expect((await same.states.list({ due: true, limit: 10 })).heads).toEqual([])
  expect(asked).toHaveLength(1)
  gate('on the primary').resolve()
  expect(await run.result()).toMatchObject({ status: 'succeeded' })
  await same.close()
  expect(pool.ended).toBe(false)
  await pool.end()
})

test('PGlite keeps runs in the process, and stays open', async () => {
  const pglite = await PGlite.create()
  const o = await open({ pglite })
  const run = await o.start(waiting, 1, { id: 'waits' })
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  expect(
    new Set((await Promise.all(Array.from({ length: 50 }, (_, n) => o.run(flow, n)))).map(({ status }) => status)),
  ).toEqual(new Set(['succeeded']))
  await o.close()
  const again = await open({ pglite })
  await again.attach(waiting, 'waits').signal(Go, 'told')
  await expect
    .poll(() => again.attach(waiting, 'waits').result({ waitMs: 0 }), { timeout: 10_000 })
    .toMatchObject({ output: 'told' })
  await again.close()
  expect(pglite.closed).toBe(false)
  await pglite.close()
})

test('a URL is enough, and nothing of it is left', async () => {
  await using database = await freshDatabase()
  const o = await open({ url: database.url })
  expect(await o.run(flow, { text: 'otters' })).toMatchObject({ output: { text: 'otters' } })
  await o.close()
  expect(await connectionsTo(database.url)).toBe(0)
})
