import { bind, type Clock, clock } from '@baton/core'
import { expect, test } from 'vitest'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { databaseOfFile, freshDatabase } from '../../services/postgres/database.ts'
import { connectionsTo, flow, gate, Go, held, open, rowsOf, waiting, whyNot } from './rig.ts'

const { url } = await databaseOfFile()

test('ids are kept as they are, whatever they look like', async () => {
  const o = await open({ url, prefix: 'ids_' })
  const ids = [
    "'; drop table ids_workflow_states; --",
    '"quoted" \\ $1 %s {}',
    'a\nb\tc\u0001\u007f\u2028',
    '🦦'.repeat(128),
    'é',
    'é',
    ' ',
    'null',
    '{a,b}',
  ]
  await Promise.all(ids.map((id) => o.run(flow, id, { id, tenant: id, session: id })))
  for (const id of ids) {
    expect(await o.runs.get(id, { tenant: id })).toMatchObject({ id, tenant: id, session: id })
    expect((await o.runs.list({ tenant: id })).runs.map((run) => run.id)).toEqual([id])
    expect(await o.attach(flow, id, { tenant: id }).result()).toMatchObject({ output: id })
  }
})

test('what is no text is refused before anything is written', async () => {
  const o = await open({ url, prefix: 'refused_' })
  for (const id of ['\ud800', 'a\udc00b', 'a\u0000b', '', 'x'.repeat(513), '🦦'.repeat(129)]) {
    expect((await whyNot(o.start(flow, 1, { id }))).codes).toContain('identifier.invalid')
  }
  expect(await rowsOf(url, 'select 1 from refused_workflow_states')).toEqual([])
})

test('values are kept to the last character', async () => {
  const o = await open({ url, prefix: 'values_' })
  const values = [
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\\u0000',
    { '\u0000': '\u0000' },
    '🦦',
    1e308,
    -0.1,
    [null, [[]]],
    { b: 1, a: 2, '1': 3 },
  ]
  for (const [n, value] of values.entries()) {
    expect(await o.run(flow, value, { id: `value ${n}` })).toMatchObject({ status: 'succeeded' })
    const result = await o.attach(flow, `value ${n}`).result()
    expect(result).toMatchObject({ status: 'succeeded', output: value })
  }
})

test('what is too large is refused, and its neighbours are stored', async () => {
  const o = await open({ url, prefix: 'large_' })
  const large = 'x'.repeat(10_000_000)
  const [refused, beside] = await Promise.allSettled([o.run(flow, large), o.run(flow, 'beside')])
  expect(JSON.stringify(refused).slice(0, 2_000)).toContain('too_large')
  expect(beside).toMatchObject({ value: { output: 'beside' } })
  const nearly = 'x'.repeat(1_000_000)
  expect(await o.run(flow, nearly)).toMatchObject({ output: nearly })
})

/** A clock that is right about how long things take, and wrong about the time of day. */
function ahead(ms: number): Clock {
  const real = new SystemClock()
  return {
    now: () => real.now() + ms,
    monotonic: () => real.monotonic(),
    schedule: (delayMs, task, keepAlive) => real.schedule(delayMs, task, keepAlive),
  }
}

test.each([600_000, -600_000])('a host whose clock is %i ms off changes no time and no lease', async (ms) => {
  const prefix = `ahead_${ms > 0 ? 'of' : 'behind'}_`
  const settings = { journal: { leaseMs: 3_000 } }
  const wrong = await open({ url, prefix }, { settings, ports: [bind(clock, ahead(ms))] })
  const right = await open({ url, prefix }, { settings })
  const run = await wrong.start(held, prefix)
  const before = Date.now()
  const stored = await right.runs.get(run.id)
  expect(Math.abs(new Date(stored?.createdAt ?? 0).getTime() - before)).toBeLessThan(60_000)
  // Longer than a lease: who is there is not taken for gone, by neither of both.
  const [row] = await rowsOf<{ left: number }>(
    url,
    `select max(extract(epoch from lease_until - clock_timestamp()))::float8 as left from ${prefix}runners`,
  )
  expect(row?.left).toBeLessThanOrEqual(3)
  expect(await run.result({ waitMs: 4_000 })).toMatchObject({ status: 'running' })
  const heads = await rowsOf(url, `select token::int as token, takeovers from ${prefix}workflow_states`)
  expect(heads).toEqual([{ token: 1, takeovers: 0 }])
  gate(prefix).resolve()
  expect(await run.result()).toMatchObject({ output: prefix })
  const asleep = await wrong.start(waiting, 1)
  expect(await asleep.result()).toMatchObject({ status: 'suspended' })
  await right.attach(waiting, asleep.id).signal(Go, 1)
  await expect.poll(() => asleep.result({ waitMs: 0 }), { timeout: 10_000 }).toMatchObject({ status: 'succeeded' })
})

test('a table that is gone at run time fails what begins, with the remedy, and what had begun waits for it', async () => {
  const o = await open({ url, prefix: 'gone_' }, { settings: { journal: { leaseMs: 60_000 } } })
  const begun = await o.start(held, 'begun')
  await rowsOf(url, 'alter table gone_workflow_states rename to hidden')
  gate('begun').resolve()
  const { codes, text } = await whyNot(o.start(flow, 2, { id: 'two' }).then((run) => run.result()))
  expect(codes).toContain('store.no_tables')
  expect(text).toContain('baton migrate up')
  await rowsOf(url, 'alter table hidden rename to gone_workflow_states')
  expect(await begun.result()).toMatchObject({ output: 'begun' })
  const three = await o.start(held, 'three')
  await rowsOf(url, 'alter table gone_agent_results rename to hidden')
  gate('three').resolve()
  await expect.poll(async () => (await o.health()).runs.oldestWaitingMs, { timeout: 10_000 }).toBeGreaterThan(300)
  await rowsOf(url, 'alter table hidden rename to gone_agent_results')
  expect(await three.result()).toMatchObject({ output: 'three' })
})

test('who may only read is waited for, and found to write again', async () => {
  await using database = await freshDatabase()
  const o = await open({ url: database.url })
  await o.run(flow, 1)
  await rowsOf(database.url, `alter database ${database.name} set default_transaction_read_only = on`)
  await rowsOf(
    database.url,
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
  )
  const run = o.run(flow, 2)
  await expect.poll(async () => (await o.health()).runs.oldestWaitingMs, { timeout: 10_000 }).toBeGreaterThan(300)
  await rowsOf(
    database.url,
    `begin read write; alter database ${database.name} reset default_transaction_read_only; commit`,
  )
  // New connections may write: the one that may not is given up.
  expect(await run).toMatchObject({ output: 2 })
})

test('a statement that takes too long is given up by the server, and its connection is kept', async () => {
  const o = await open({ url, prefix: 'long_', statementTimeoutMs: 200 }, { role: 'client' })
  await rowsOf(
    url,
    `create function long_sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return new; end $$`,
  )
  await rowsOf(url, 'create trigger slow before insert on long_runners for each row execute function long_sleep()')
  const slow = await whyNot(o.states.claim({ runner: { name: 'other' }, leaseMs: 1_000, workflows: [], limit: 0 }))
  expect(slow.codes).toEqual(expect.arrayContaining(['store.blocked', '57014']))
  expect(slow.text).toContain('statement timeout')
  await rowsOf(url, 'drop trigger slow on long_runners')
  await o.states.claim({ runner: { name: 'other' }, leaseMs: 1_000, workflows: [], limit: 0 })
})

test('a row that nobody of ours has written is told where it is read', async () => {
  const o = await open({ url, prefix: 'corrupt_' })
  await o.run(flow, 1, { id: 'bad' })
  await o.run(flow, 2, { id: 'good' })
  await rowsOf(url, "update corrupt_workflow_states set status = 'mended' where id = 'bad'")
  const { codes, text } = await whyNot(o.runs.get('bad'))
  expect(codes).toContain('store.corrupt_row')
  expect(text).toContain("'mended' is no status")
  expect(await o.attach(flow, 'good').result()).toMatchObject({ output: 2 })
  expect(await connectionsTo(url)).toBeGreaterThan(0)
})
