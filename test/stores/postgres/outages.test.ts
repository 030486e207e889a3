import { expect, test, vi } from 'vitest'
import { databaseOfFile } from '../../services/postgres/database.ts'
import { startPostgres } from '../../services/postgres/start-postgres.ts'
import { startProxy } from '../../services/proxy.ts'
import { fatalGreetings } from './fatal-greeting.ts'
import { withConnection } from '../../services/postgres/connection.ts'
import { runProgram } from './process.ts'
import { flow, gate, Go, held, hostPool, type Orchestrator, open, rowsOf, waiting } from './rig.ts'

const { url } = await databaseOfFile()
const settings = { journal: { leaseMs: 2_000 }, kernel: { healthTimeoutMs: 300 } }

async function proxied() {
  const { hostname: host, port } = new URL(url)
  return startProxy({ host, port: Number(port) })
}

/** Runs one after the other, ten at a time, until they are to stop; tells how many there were of each status. */
function busy(o: Orchestrator) {
  const counts: Record<string, number> = {}
  let isOver = false
  const lines = Array.from({ length: 10 }, async () => {
    while (!isOver) {
      const { status } = await o.run(flow, 'busy')
      counts[status] = (counts[status] ?? 0) + 1
    }
  })
  return {
    counts,
    async stop() {
      isOver = true
      await Promise.all(lines)
      return counts
    },
  }
}

test.each(['fast', 'immediate'] as const)('runs go on when a server that was stopped (%s) is back', async (mode) => {
  await using server = await startPostgres({ own: true })
  const database = await server.database()
  const o = await open({ url: database.url }, { settings })
  const ofHost = await open({ pool: hostPool(database.url), prefix: 'of_host_' }, { settings })
  const traffic = [busy(o), busy(ofHost)]
  const run = await o.start(held, `through ${mode}`)
  const asleep = await o.start(waiting, 1)
  expect(await asleep.result()).toMatchObject({ status: 'suspended' })
  await server.stop(mode)
  gate(`through ${mode}`).resolve()
  // What asks meanwhile is told that it is worth another try, or waits.
  await expect(o.runs.list()).rejects.toMatchObject({ retryable: true })
  await expect
    .poll(async () => (await o.health()).runs.oldestWaitingMs, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(1_000)
  expect(await o.health()).toMatchObject({ ok: false, runs: { store: { ok: false } } })
  const told = asleep.signal(Go, 'through it all')
  await server.start()
  expect(await run.result()).toMatchObject({ output: `through ${mode}` })
  await told
  await expect.poll(() => asleep.result({ waitMs: 0 }), { timeout: 20_000 }).toMatchObject({ output: 'through it all' })
  const before = traffic.map(({ counts }) => counts.succeeded ?? 0)
  await expect
    .poll(() => traffic.every(({ counts }, n) => (counts.succeeded ?? 0) > (before[n] ?? 0) + 10), { timeout: 20_000 })
    .toBe(true)
  for (const each of traffic) expect(Object.keys(await each.stop())).toEqual(['succeeded'])
  await expect
    .poll(() => o.health(), { timeout: 10_000 })
    .toMatchObject({ ok: true, runs: { oldestWaitingMs: 0, store: { ok: true } } })
  await Promise.all([o.close(), ofHost.close()])
})

test('connections that are cut again and again lose nothing and double nothing', async () => {
  await using proxy = await proxied()
  const o = await open({ url: proxy.url(url), prefix: 'cut_' }, { settings })
  const ofHost = await open({ pool: hostPool(proxy.url(url)), prefix: 'cut_' }, { settings })
  const traffic = [busy(o), busy(ofHost)]
  const total = () => traffic.reduce((sum, { counts }) => sum + (counts.succeeded ?? 0), 0)
  for (let turn = 0; turn < 10; turn++) {
    const before = total()
    proxy.cutAll()
    await expect.poll(total, { timeout: 20_000 }).toBeGreaterThan(before + 20)
  }
  const lost = proxy.loseAnswers({ every: 5 })
  await expect.poll(() => lost.happened, { timeout: 20_000 }).toBeGreaterThan(10)
  lost.end()
  const counts = await Promise.all(traffic.map((each) => each.stop()))
  expect(counts.flatMap((each) => Object.keys(each))).toEqual(['succeeded', 'succeeded'])
  const [row] = await rowsOf(
    url,
    `select count(*)::int as runs, count(*) filter (where status = 'succeeded')::int as ended,
       (select count(*)::int from cut_agent_results) as records from cut_workflow_states`,
  )
  expect(row).toEqual({ runs: total(), ended: total(), records: total() * 3 })
})

test('a server that is silent is given up, and asked again on a new connection', async () => {
  await using proxy = await proxied()
  const o = await open(
    { url: proxy.url(url), statementTimeoutMs: 300, connectTimeoutMs: 1_000, prefix: 'silent_' },
    { settings },
  )
  await o.run(flow, 1)
  const run = await o.start(held, 'through silence')
  proxy.pause()
  gate('through silence').resolve()
  const listed = o.runs.list().catch((error: unknown) => error)
  await expect
    .poll(async () => (await o.health()).runs.oldestWaitingMs, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(1_000)
  // On a connection that there was, or on one that was still to be opened.
  expect(await listed).toMatchObject({
    code: expect.stringMatching(/^postgres[.](silent|no_connection)$/),
    retryable: true,
  })
  // What was given up is never heard of again: only new connections can help.
  proxy.cutAll()
  proxy.resume()
  expect(await run.result()).toMatchObject({ output: 'through silence' })
  expect(await o.run(flow, 2)).toMatchObject({ output: 2 })
  await expect.poll(() => o.health(), { timeout: 10_000 }).toMatchObject({ ok: true })
})

test('reads that were given up leave no dead connection in the pool', async () => {
  await using proxy = await proxied()
  const pool = hostPool(proxy.url(url), { max: 4 })
  const o = await open({ pool, statementTimeoutMs: 100, prefix: 'dead_', listen: false }, { role: 'client' })
  await Promise.all([1, 2, 3].map(() => o.runs.list()))
  proxy.pause()
  const codes = await Promise.all([1, 2, 3].map(() => o.runs.list().catch(({ code }: { code: string }) => code)))
  expect(codes).toEqual(['postgres.silent', 'postgres.silent', 'postgres.silent'])
  expect(pool.totalCount).toBeLessThanOrEqual(1)
  proxy.resume()
  expect((await o.runs.list()).runs).toEqual([])
})

test('the slower the database, the more runs share a commit', async () => {
  await using proxy = await proxied()
  const o = await open({ url: proxy.url(url), prefix: 'slow_' })
  const commits = async () => {
    const [row] = await rowsOf<{ count: number }>(
      url,
      'select count(distinct xmin::text)::int as count from slow_workflow_states',
    )
    return row?.count ?? 0
  }
  const run = async (count: number) => {
    const before = await commits()
    const results = await Promise.all(Array.from({ length: count }, (_, n) => o.run(flow, n)))
    expect(results.every(({ status }) => status === 'succeeded')).toBe(true)
    return (await commits()) - before
  }
  proxy.delay(50)
  const perCommit = 200 / (await run(200))
  console.log(`note: ${perCommit.toFixed(1)} runs end in one commit, at 100 ms for each`)
  expect(perCommit).toBeGreaterThan(20)
})

test('heads that somebody else has locked hold up their own runs, and no other ones for long', async () => {
  const o = await open({ url, prefix: 'locked_' }, { settings })
  const locked = await Promise.all(Array.from({ length: 20 }, (_, n) => o.start(held, `locked ${n}`)))
  const other = await o.start(held, 'beside')
  await withConnection({ connectionString: url }, async (client) => {
    await client.query('begin')
    const ids = locked.map(({ id }) => id)
    await client.query('select 1 from locked_workflow_states where id = any($1::text[]) for update', [ids])
    locked.forEach((_, n) => gate(`locked ${n}`).resolve())
    gate('beside').resolve()
    expect(await other.result({ waitMs: 15_000 })).toMatchObject({ output: 'beside' })
    const begun = performance.now()
    for (let n = 0; n < 10; n++) expect(await o.run(flow, n)).toMatchObject({ output: n })
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect((await o.health()).runs.oldestWaitingMs).toBeGreaterThan(1_000)
    expect(await locked[0]?.result({ waitMs: 0 })).toMatchObject({ status: 'running' })
    await client.query('rollback')
  })
  const results = await Promise.all(locked.map((run) => run.result()))
  expect(results.map(({ ok }) => ok)).toEqual(locked.map(() => true))
})

test.each(['pool', 'url'])('a connection that ends with its very greeting is heard, by way of a %s', async (way) => {
  await using greeted = await fatalGreetings(new URL(url), 3)
  const prefix = `greeted_${way}_`
  const options = way === 'pool' ? { pool: hostPool(greeted.url), prefix } : { url: greeted.url, prefix }
  const opened = await vi.waitFor(() => open(options), { timeout: 20_000, interval: 50 })
  expect(await opened.run(flow, 1)).toMatchObject({ output: 1 })
})

test('nothing of all this ends a process: no rejection and no error event is left alone', async () => {
  await using server = await startPostgres({ own: true })
  const database = await server.database()
  const { createServer } = await import('node:http')
  const control = createServer((request, response) => {
    const done = request.url === '/stop' ? server.stop('immediate') : server.start()
    void done.finally(() => response.end())
  })
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve))
  const { port } = control.address() as { port: number }
  // Pools without a listener: what nobody hears would end the process.
  const program = `
    const pools = [1, 2].map(() => new pg.Pool({ connectionString: argv[0] }))
    const settings = { journal: { leaseMs: 1_000 } }
    const all = await Promise.all([
      createOrchestrator({ workflows, settings, plugins: [postgres({ pool: pools[0], replicaPool: pools[1] })] }),
      createOrchestrator({ workflows, settings, plugins: [postgres({ url: argv[0], replicaUrl: argv[0], prefix: 'b_' })] }),
    ])
    let isOver = false
    const work = all.flatMap((o) => Array.from({ length: 5 }, async () => {
      while (!isOver) {
        const { status } = await o.run(flow, 1)
        if (status !== 'succeeded') throw new Error(status)
        await o.runs.list().catch(() => {})
      }
    }))
    for (let turn = 0; turn < 3; turn++) {
      await fetch(argv[1] + '/stop')
      await fetch(argv[1] + '/start')
      await Promise.all(all.map((o) => o.run(flow, turn)))
    }
    isOver = true
    await Promise.all(work)
    await Promise.all(all.map((o) => o.close()))
    for (const pool of pools) pool.on('error', () => {})
    await Promise.all(pools.map((pool) => pool.end()))
    console.log('"well"')
  `
  try {
    expect(await runProgram(program, [database.url, `http://127.0.0.1:${port}`])).toBe('well')
  } finally {
    control.close()
  }
})
