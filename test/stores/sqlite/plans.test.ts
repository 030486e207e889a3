import { beforeAll, expect, test } from 'vitest'
import { openSqlite } from '../../../packages/adapters-sqlite/src/index.ts'
import { SystemClock, SystemRandom } from '../../../packages/core/src/host/index.ts'
import { DatabaseSync } from 'node:sqlite'
import { named, result } from './open.ts'

const count = Number(process.env.BATON_TEST_RUNS ?? 100_000)
const workflows = [{ workflow: 'flow-1', version: 1 }]
const runner = { name: 'me', host: 'here', pid: process.pid }
const db = new DatabaseSync(':memory:')
const asked: { readonly sql: string; readonly values: readonly (string | number | null)[] }[] = []
let store: Awaited<ReturnType<typeof openSqlite>>

/** A connection that notes what is asked. */
const noting = {
  exec: (sql: string) => db.exec(sql),
  close: () => {},
  prepare(sql: string) {
    const statement = db.prepare(sql)
    const note = (values: readonly (string | number | null)[]) => void asked.push({ sql, values })
    return {
      columns: () => statement.columns(),
      all: (...values: (string | number | null)[]) => (note(values), statement.all(...values)),
      run: (...values: (string | number | null)[]) => (note(values), statement.run(...values)),
    }
  },
}

beforeAll(async () => {
  const settings = { file: '', database: noting, durability: 'normal', busyTimeoutMs: 0, migrate: true } as const
  store = await openSqlite(settings, { clock: new SystemClock(), random: new SystemRandom() })
  // Most have ended; one in a thousand is held by others, as many wait for signals, are due, or ended badly.
  const indexes = db.prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null").all()
  // To make them afterwards takes a third of the time.
  for (const { name } of indexes) db.exec(`drop index ${String(name)}`)
  db.exec(`
    pragma temp_store = memory; pragma cache_size = -200000; begin;
    with recursive n(n) as (select 1 union all select n + 1 from n where n < ${count})
    insert into orchestrator_workflow_states (created_at, shape, version, tenant, id, workflow, session_id, parent, runner, token, status, wake_at, ended_at)
    select n, 1, 1, 'tenant-' || (n % 100), 'run-' || n, 'flow-' || (n % 10), case when n % 10 = 0 then 'session-' || (n % 5000) end,
      case when n % 100 = 1 then 'run-' || (n - n % 1000) end, 'runner-' || (n % 20), 2,
      case n % 1000 when 1 then 'running' when 2 then 'suspended' when 3 then 'pending' when 4 then 'failed' else 'succeeded' end,
      case n % 1000 when 2 then 9e15 when 3 then n end, case when n % 1000 not in (1, 2, 3) then n end from n;
    insert into orchestrator_runners (name, lease_until, lease_ms) select 'runner-' || value, 9e15, 1000 from json_each('[1,2,3,4,5,6,7,8,9]');
    commit;`)
  for (const { sql } of indexes) db.exec(String(sql))
}, 60_000)

/** How SQLite goes about what was asked, and which tables it looks through. */
function plansOf(from: number): { readonly text: string; readonly scans: readonly string[] } {
  const statements = asked.slice(from).filter(({ sql }) => /^\s*(select|with|update|delete|insert)/i.test(sql))
  expect(statements.length).toBeGreaterThan(0)
  const lines = statements.flatMap(({ sql, values }) => {
    const plan = db.prepare(`explain query plan ${sql}`).all(...values) as { detail: string }[]
    return [sql.replaceAll(/\s+/g, ' '), ...plan.map(({ detail }) => `  ${detail}`)]
  })
  // To look through an index in its order is as much as to look through the table, unless a limit ends it.
  const scans = lines.filter((line) => /^\s+SCAN (s|p|c|r|orchestrator_(workflow_states|agent_results))\b/.test(line))
  return { text: lines.join('\n'), scans }
}

const list = (query: object) => () => store.states.list({ limit: 50, ...query })
const hold = { run: named('new'), ref: '1000001', token: 1, runner: 'me' }

const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['a claim', () => store.states.claim({ runner, leaseMs: 1_000, workflows, limit: 100 })],
  [
    'a claim by name',
    () => store.states.claim({ runner, leaseMs: 1_000, workflows, limit: 0, take: [named('run-2')] }),
  ],
  ['the first claim of a process', () => store.states.claim({ runner, leaseMs: 1, workflows, limit: 9, retire: true })],
  ['a create', () => store.states.append([creation()])],
  ['a write of a run', () => store.states.append([{ kind: 'held', hold, records: [result('one')] }])],
  [
    'a signal',
    () => store.states.append([{ kind: 'signal', run: named('new'), record: { ...result('s'), kind: 'signal' } }]),
  ],
  ['a read', () => store.states.read(named('new'), { limit: 100 })],
  ['a page of a tenant', list({ tenant: 'tenant-5' })],
  ['a later page of a tenant', list({ tenant: 'tenant-5', after: '500000' })],
  ['a page of a workflow of a tenant', list({ tenant: 'tenant-5', workflow: 'flow-5' })],
  ['a page of a session', list({ tenant: 'tenant-0', session: 'session-100' })],
  [
    'those under way of a session',
    list({ tenant: 'tenant-0', session: 'session-100', statuses: ['running', 'pending'] }),
  ],
  ['a page of children', list({ tenant: 'tenant-1', parent: 'run-5000' })],
  ['a page of a rare status', list({ statuses: ['failed', 'needs-attention'] })],
  ['a page of a status that none has', list({ statuses: ['needs-attention'] })],
  ['a page of a rare status of a tenant', list({ tenant: 'tenant-4', statuses: ['failed'] })],
  ['what a runner holds', list({ runner: 'runner-1' })],
  ['what is due', list({ due: true })],
  ['to remove old ones', () => store.states.delete({ endedForMs: 1, statuses: ['succeeded'], limit: 100 })],
  ['to remove one', () => store.states.delete({ run: named('new') })],
]

function creation() {
  const head = { workflow: 'flow-1', version: 1, shape: 1, status: 'running' } as const
  return { kind: 'create', run: named('new'), runner: 'me', head, records: [] } as const
}

test.each(calls)('with many runs, %s looks through no table', async (_, call) => {
  const from = asked.length
  const began = performance.now()
  await call()
  const ms = performance.now() - began
  const { text, scans } = plansOf(from)
  expect({ scans, text }).toEqual({ scans: [], text })
  expect(ms).toBeLessThan(500)
})
