import { openPostgres } from '@baton/adapters-postgres'
import type { Hold, RunQuery, StateStore, Write } from '@baton/core/ports'
import { RecordingLogger } from '@baton/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { databaseOfFile } from '../../services/postgres/database.ts'
import { fillWithRuns } from './fill-with-runs.ts'
import { rowsOf } from './rig.ts'

// Many runs, with three records each: what an index does not find is seen in the plan. A million of them, as with
// `npm run test:scale`, show in the times too.

const { url } = await databaseOfFile()
const runs = Number(process.env.BATON_TEST_RUNS ?? 100_000)

/** A statement as it was sent, and over which kind of connection: that which writes plans otherwise. */
interface Sent {
  readonly text: string
  readonly values: unknown[]
  readonly isLane: boolean
}

let sent: Sent[] = []
const pool = new pg.Pool({ connectionString: url, max: 6 })
const lanes = new WeakSet<object>()
const watched = new WeakSet<object>()
const connect = pool.connect.bind(pool)
pool.on('error', () => {})
pool.connect = (async () => {
  const client = await connect()
  if (watched.has(client)) return client
  watched.add(client)
  const query = client.query.bind(client) as (query: { text: string; values?: unknown[] }) => unknown
  client.query = ((given: { text: string; values?: unknown[] }) => {
    if (given.text.includes('enable_seqscan')) lanes.add(client)
    sent.push({ text: given.text, values: given.values ?? [], isLane: lanes.has(client) })
    return query(given)
  }) as never
  return client
}) as never

let states: StateStore
let close: () => Promise<void>

beforeAll(async () => {
  const opened = await openPostgres(
    {
      pool,
      maxConnections: 6,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 60_000,
      lockTimeoutMs: 10_000,
      applicationName: 'million',
      migrate: true,
      listen: false,
    },
    { clock: new SystemClock(), logger: new RecordingLogger() },
  )
  ;({ states, close } = opened)
  const begun = performance.now()
  await fillWithRuns(url, runs)
  console.log(`note: ${runs} runs made in ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
}, 300_000)

afterAll(async () => {
  await close()
  await pool.end()
})

/** The statements of a call, each with its plan as it is carried out; what they change is taken back. */
async function plansOf(call: () => Promise<unknown>): Promise<{ text: string; ms: number; pages: number }[]> {
  sent = []
  await call()
  const statements = sent.filter(({ text }) => /orchestrator_(workflow_states|agent_results)/.test(text))
  expect(statements).not.toEqual([])
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const plans: { text: string; ms: number; pages: number }[] = []
  for (const { text, values, isLane } of statements) {
    await client.query(`set enable_seqscan = ${isLane ? 'off' : 'on'}`)
    // As a statement with a name has it after a while: one plan for all values.
    await client.query(`set plan_cache_mode = ${isLane ? 'force_generic_plan' : 'auto'}`)
    await client.query('begin')
    try {
      // What it has stored is there already: under other names it can be stored again.
      const other = (one: unknown) => (typeof one === 'string' && /^(new|b|signal) \d+$/.test(one) ? `${one}!` : one)
      const others = values.map((value) => (Array.isArray(value) ? value.map(other) : other(value)))
      const { rows } = await client.query({ text: `explain (analyze, buffers) ${text}`, values: others })
      const plan = rows.map((row) => row['QUERY PLAN'] as string).join('\n')
      const pages = [...plan.matchAll(/Buffers: (?!.*temp)([^\n]*)/g)].map(([, counts = '']) =>
        [...counts.matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0),
      )
      plans.push({ text: plan, ms: Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]), pages: Math.max(...pages) })
    } finally {
      await client.query('rollback')
    }
  }
  await client.end()
  return plans
}

const timings: string[] = []
afterAll(() =>
  console.log(
    `note: milliseconds, and pages of the costliest statement, on ${runs} runs\n${timings.map((line) => `  ${line}\n`).join('')}`,
  ),
)

/** Of about 40,000 that there are in all; time would tell of the machine, too. */
const fewPages = 6_000

/**
 * The server follows the order of all runs here and passes over those that are not wanted, which are many where what is wanted
 * is rare or old: by its statistics they are neither.
 */
const slow: readonly string[] = [
  'tenant',
  'workflow only, old',
  'failed of a tenant',
  'suspended of a tenant and a workflow',
  'running of a tenant',
  'running of a tenant of none',
  'due',
  'created lately',
  'created in a month past',
  'created before',
  'created in a month past, of a tenant',
  'created never',
]

async function examine(name: string, call: () => Promise<unknown>, isSlow = false): Promise<void> {
  await call()
  const plans = await plansOf(call)
  const ms = plans.reduce((sum, plan) => sum + plan.ms, 0)
  const pages = Math.max(...plans.map((plan) => plan.pages))
  timings.push(`${ms.toFixed(1).padStart(8)}  ${String(pages).padStart(8)} pages  ${name}`)
  const whole = plans.map(({ text }) => text).join('\n\n')
  // Of fewer runs to read all may be the better plan, where no index has what is wanted in its order.
  if (isSlow && runs < 1_000_000) return
  expect(whole, `${name}: a table is read from end to end\n${whole}`).not.toMatch(
    /Seq Scan on \S*orchestrator_(workflow_states|agent_results)/,
  )
  if (!isSlow) expect(pages, `${name} touched ${pages} pages\n${whole}`).toBeLessThan(fewPages)
}

const workflows = [{ workflow: 'workflow 1', version: 1 }]
const tenant = 'big'
const monthAgo = () => Date.now() - 30 * 86_400_000

const lists: Record<string, Partial<RunQuery>> = {
  none: {},
  tenant: { tenant },
  'tenant of few': { tenant: 'tenant 20' },
  'tenant of old ones': { tenant: 'old' },
  'tenant of none': { tenant: 'nobody' },
  'tenant and workflow': { tenant, workflow: 'workflow 1' },
  'workflow only': { workflow: 'workflow 1' },
  'workflow only, old': { workflow: 'old workflow' },
  'workflow only, of none': { workflow: 'nothing' },
  session: { tenant, session: 'session 33' },
  'session, under way': { tenant, session: 'session 33', statuses: ['running', 'pending'] },
  parent: { tenant, parent: 'run 500' },
  'parent of none': { tenant, parent: 'run 501' },
  'rare status': { statuses: ['needs-attention'] },
  'rare status of a tenant': { tenant, statuses: ['needs-attention'] },
  'rare status of a workflow': { workflow: 'workflow 1', statuses: ['needs-attention'] },
  'failed of a tenant': { tenant, statuses: ['failed'] },
  'failed of a tenant of old ones': { tenant: 'old', statuses: ['failed'] },
  'suspended of a tenant and a workflow': { tenant, workflow: 'workflow 1', statuses: ['suspended'] },
  running: { statuses: ['running'] },
  'running of a tenant': { tenant: 'tenant 0', statuses: ['running'] },
  'running of a tenant of none': { tenant: 'tenant 20', statuses: ['running'] },
  'cancelled of a tenant': { tenant, statuses: ['cancelled'] },
  runner: { runner: 'runner 0' },
  due: { due: true },
  'created lately': { createdFrom: Date.now() - 3_600_000 },
  'created in a month past': { createdFrom: monthAgo() - 86_400_000, createdBefore: monthAgo() },
  'created before': { createdBefore: Date.now() - 110 * 86_400_000 },
  'created in a month past, of a tenant': { tenant, createdFrom: monthAgo() - 86_400_000, createdBefore: monthAgo() },
  'created lately, of a tenant of old ones': { tenant: 'old', createdFrom: monthAgo() },
  'created never': { createdFrom: Date.now() + 86_400_000 },
}

test.each(Object.entries(lists))('a list is found by an index: %s', async (name, query) => {
  const isSlow = slow.includes(name)
  await examine(`list by ${name}`, () => states.list({ limit: 50, ...query }), isSlow)
  const { next } = await states.list({ limit: 50, ...query })
  if (next === undefined) return
  await examine(`list by ${name}, second page`, () => states.list({ limit: 50, ...query, after: next }), isSlow)
})

test('so is what runs record, read and are told', async () => {
  let count = 0
  const create = (more: Partial<Write & { kind: 'create' }> = {}): Write => ({
    kind: 'create',
    run: { tenant, id: `new ${++count}` },
    runner: 'runner 0',
    head: { workflow: 'workflow 1', version: 1, shape: 1, status: 'running' },
    records: [{ key: 'a', kind: 'result', attempt: 1, body: '{}' }],
    ...more,
  })
  await examine('append, ten new runs', () => states.append(Array.from({ length: 10 }, () => create())))
  const outcomes = await states.append(Array.from({ length: 10 }, () => create()))
  const holds = outcomes.flatMap((outcome) => (outcome.accepted && outcome.hold) || [])
  expect(holds).toHaveLength(10)
  const record = () => ({ key: `b ${++count}`, kind: 'result' as const, attempt: 1 })
  await examine('append, records of ten', () =>
    states.append(holds.map((hold) => ({ kind: 'held', hold, records: [record()] }))),
  )
  const [only] = (await states.append([create()])).flatMap((outcome) => (outcome.accepted && outcome.hold) || [])
  const ofOne = (more: object = {}): Write[] => [{ kind: 'held', hold: only as Hold, records: [record()], ...more }]
  await examine('append, one new run', () => states.append([create()]))
  await examine('append, a record of one', () => states.append(ofOne()))
  await examine('append, a record of one, sent again', () => states.append(ofOne({ retry: true })))
  await examine('append, sent again', () =>
    states.append(holds.map((hold) => ({ kind: 'held', hold, records: [record()], retry: true }))),
  )
  await examine('signal', () =>
    states.append([
      {
        kind: 'signal',
        run: { tenant, id: 'new 3' },
        record: { key: `signal ${++count}`, kind: 'signal', attempt: 0 },
      },
    ]),
  )
  await examine('append, ten that end', async () => {
    await states.append(
      holds.map((hold) => ({ kind: 'held', hold, records: [record()], move: { status: 'succeeded', seen: 0 } })),
    )
  })
  await examine('append, one that ends', () => states.append(ofOne({ move: { status: 'succeeded', seen: 0 } })))
  await examine('read', () => states.read({ tenant, id: 'run 777777' }, { limit: 1_000 }))
  await examine('read, second page', () =>
    states.read({ tenant, id: 'run 777777' }, { limit: 1_000, after: '=step 2' }),
  )
})

test('so are runs that somebody takes, and those that are removed', async () => {
  const claim = (more: object = {}) =>
    states.claim({
      runner: { name: 'runner 0', host: 'h', pid: 1, instance: 'i' },
      leaseMs: 60_000,
      workflows,
      limit: 0,
      ...more,
    })
  await examine('claim, only to renew', () => claim())
  await examine('claim a hundred, some lapsed and some due', () => claim({ limit: 100 }))
  await examine('claim a hundred of no workflow that there is', () =>
    claim({ limit: 100, workflows: [{ workflow: 'x', version: 1 }] }),
  )
  await examine('claim by name', () => claim({ take: [{ tenant, id: 'run 401' }] }))
  await examine('claim and retire', () => claim({ retire: true }))
  let no = 500_001
  await examine('delete by name', () => states.delete({ run: { tenant, id: `run ${(no += 7)}` } }))
  await examine('delete by age', () =>
    states.delete({ endedForMs: 86_400_000, statuses: ['succeeded', 'failed'], limit: 500 }),
  )
  await examine('delete by age, none old enough', () =>
    states.delete({ endedForMs: 1e10, statuses: ['succeeded', 'failed'], limit: 500 }),
  )
})

test('pages stay what they are while others are stored', async () => {
  const all = await rowsOf<{ id: string }>(
    url,
    `select id from orchestrator_workflow_states where tenant = 'tenant 50' order by no desc limit 2000`,
  )
  let isOver = false
  let stored = 0
  const storing = (async () => {
    while (!isOver) {
      const writes = Array.from(
        { length: 20 },
        (_, n): Write => ({
          kind: 'create',
          run: { tenant: 'tenant 50', id: `later ${stored + n}` },
          runner: 'runner 0',
          head: { workflow: `workflow ${n % 9}`, version: 1, shape: 1, status: 'running' },
          records: [],
        }),
      )
      await states.append(writes)
      stored += 20
    }
  })()
  const ids: string[] = []
  let after: string | undefined
  do {
    const page = await states.list({ tenant: 'tenant 50', limit: 100, after })
    ids.push(...page.heads.map(({ id }) => id))
    after = page.next
  } while (after !== undefined && ids.length < all.length)
  isOver = true
  await storing
  expect(stored).toBeGreaterThan(100)
  const seen = ids.filter((id) => !id.startsWith('later'))
  expect(new Set(ids).size).toBe(ids.length)
  expect(seen).toEqual(all.slice(0, seen.length).map(({ id }) => id))
})
