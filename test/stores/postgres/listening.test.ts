import { expect, test } from 'vitest'
import { databaseOfFile } from '../../services/postgres/database.ts'
import { runProgram } from './process.ts'
import { flow, Go, type Orchestrator, open, rowsOf, waiting, overheardPool } from './rig.ts'

const { url } = await databaseOfFile()

/** So long that nothing here can be the beat. */
const settings = { journal: { leaseMs: 60_000 } }
const soon = { timeout: 10_000, interval: 20 }

async function suspendedIn(worker: Orchestrator, id: string) {
  const run = await worker.start(waiting, 1, { id })
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  return run
}

test('a signal of another process wakes a suspended run at once', async () => {
  const worker = await open({ url, prefix: 'a_' }, { settings })
  const run = await suspendedIn(worker, 'told')
  const program = `
    const waiting = workflow('waiting', { input: z.any(), output: z.any() }).waitFor('go', signal('go', z.any())).output(['go'], ({ steps }) => steps.go)
    const o = await createOrchestrator({ role: 'client', workflows: [waiting], plugins: [postgres({ url: argv[0], prefix: 'a_' })] })
    await o.attach(waiting, 'told').signal(signal('go', z.any()), 'from afar')
    await o.close()
    console.log('"told"')
  `
  expect(await runProgram(program, [url])).toBe('told')
  await expect.poll(() => run.result({ waitMs: 0 }), soon).toMatchObject({ output: 'from afar' })
})

test('a worker takes up at once what a client starts', async () => {
  await using worker = await open({ url, prefix: 'b_' }, { role: 'worker', settings })
  await using client = await open({ url, prefix: 'b_' }, { role: 'client', settings })
  expect(worker.log.lines).toEqual([])
  const begun = performance.now()
  expect(await client.run(flow, 'for you')).toMatchObject({ output: 'for you' })
  expect(performance.now() - begun).toBeLessThan(15_000)
})

test('a signal that comes while a run is being suspended wakes it too', async () => {
  const worker = await open({ url, prefix: 'c_' }, { settings })
  const client = await open({ url, prefix: 'c_' }, { role: 'client', settings })
  await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const run = await worker.start(waiting, n, { id: `race ${n}` })
      await client.attach(waiting, run.id).signal(Go, n)
    }),
  )
  const statuses = () => rowsOf(url, 'select status, count(*)::int as count from c_workflow_states group by status')
  await expect.poll(statuses, { timeout: 15_000 }).toEqual([{ status: 'succeeded', count: 100 }])
})

test('after its connection was killed it listens again', async () => {
  const worker = await open({ url, prefix: 'd_', applicationName: 'listener' }, { settings })
  const client = await open({ url, prefix: 'd_' }, { role: 'client', settings })
  const pids = async () =>
    (
      await rowsOf<{ pid: number }>(
        url,
        `select pid from pg_stat_activity where application_name = 'listener' and query like 'listen%'`,
      )
    ).map(({ pid }) => pid)
  const [first] = await pids()
  for (let turn = 0; turn < 3; turn++) {
    const run = await suspendedIn(worker, `run ${turn}`)
    const before = await pids()
    expect(before).toHaveLength(1)
    await rowsOf(url, 'select pg_terminate_backend($1)', before)
    await expect.poll(pids, soon).not.toEqual(before)
    await expect.poll(pids, soon).toHaveLength(1)
    await client.attach(waiting, run.id).signal(Go, turn)
    await expect.poll(() => run.result({ waitMs: 0 }), soon).toMatchObject({ output: turn })
  }
  expect(first).toBeGreaterThan(0)
})

test('what was told while nobody could listen is found when it listens again', async () => {
  const worker = await open({ url, prefix: 'e_', applicationName: 'deaf' }, { settings })
  const client = await open({ url, prefix: 'e_', listen: false }, { role: 'client', settings })
  const listening = `select pid from pg_stat_activity where application_name = 'deaf' and query like 'listen%'`
  await expect.poll(() => rowsOf(url, listening), soon).toHaveLength(1)
  // The look it takes when it begins to listen may come late and find what nobody told of: then there is another.
  let run: Awaited<ReturnType<typeof suspendedIn>>
  let turn = 0
  do {
    run = await suspendedIn(worker, `in silence ${turn++}`)
    await client.attach(waiting, run.id).signal(Go, 'quietly')
  } while ((await run.result({ waitMs: 200 })).status !== 'suspended')
  await rowsOf(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deaf' and query like 'listen%'`,
  )
  await expect.poll(() => run.result({ waitMs: 0 }), soon).toMatchObject({ output: 'quietly' })
})

test('without listening the beat finds it', async () => {
  const worker = await open({ url, prefix: 'f_', listen: false }, { settings: { journal: { leaseMs: 1_000 } } })
  const client = await open({ url, prefix: 'f_', listen: false }, { role: 'client' })
  const run = await suspendedIn(worker, 'by itself')
  await client.attach(waiting, run.id).signal(Go, 'found')
  await expect.poll(() => run.result({ waitMs: 0 }), soon).toMatchObject({ output: 'found' })
  expect(await rowsOf(url, `select 1 from pg_stat_activity where query like 'listen "baton.f_%'`)).toEqual([])
})

test('what holders write tells nobody, and telling is no part of any other statement', async () => {
  const { pool, said } = overheardPool(url)
  const o = await open({ pool, prefix: 'g_' }, { settings })
  await Promise.all(Array.from({ length: 20 }, (_, n) => o.run(flow, n)))
  expect(said.some((text) => text.includes('insert into g_agent_results'))).toBe(true)
  expect(said.filter((text) => /notify/i.test(text))).toEqual([])
  const run = await suspendedIn(o, 'told of')
  await o.attach(waiting, run.id).signal(Go, 1)
  await expect.poll(() => said.filter((text) => /notify/i.test(text))).toEqual(['select pg_notify($1, $2)'])
})
