import { openPostgres } from '@baton/adapters-postgres'
import { RecordingLogger } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { freshDatabase } from '../../services/postgres/database.ts'
import { startPostgres } from '../../services/postgres/start-postgres.ts'
import { startProxy } from '../../services/proxy.ts'
import { connectionsTo, flow, gate, Go, held, hostPool, open, waiting } from './rig.ts'
import { runProgram } from './process.ts'

test('a process ends by itself after close, which leaves no handle and no connection', async () => {
  await using database = await freshDatabase()
  const program = `
    const create = () => createOrchestrator({ workflows, plugins: [postgres({ url: argv[0] })] })
    await (await create()).close()
    const before = process.getActiveResourcesInfo()
    const orchestrator = await create()
    await Promise.all(Array.from({ length: 50 }, (_, n) => orchestrator.run(flow, n)))
    const during = process.getActiveResourcesInfo().length
    await orchestrator.close()
    console.log(JSON.stringify({ before, after: process.getActiveResourcesInfo(), during }))
  `
  const { before, after, during } = (await runProgram(program, [database.url])) as Record<string, unknown>
  expect(after).toEqual(before)
  expect(during).toBeGreaterThan((before as unknown[]).length)
  expect(await connectionsTo(database.url)).toBe(0)
})

test('a run that is under way is handed back, and nothing of it is lost', async () => {
  await using database = await freshDatabase()
  const one = await open({ url: database.url })
  const run = await one.start(held, 'handed back')
  await one.close({ drainMs: 0 })
  expect(await connectionsTo(database.url)).toBe(0)
  gate('handed back').resolve()
  const two = await open({ url: database.url })
  expect(await two.attach(held, run.id).result()).toMatchObject({ output: 'handed back' })
})

test('what was to be told is told before it closes', async () => {
  await using database = await freshDatabase()
  const settings = { journal: { leaseMs: 60_000 } }
  const worker = await open({ url: database.url }, { settings })
  for (let turn = 0; turn < 5; turn++) {
    const run = await worker.start(waiting, turn)
    expect(await run.result()).toMatchObject({ status: 'suspended' })
    const client = await open({ url: database.url }, { role: 'client', settings })
    await client.attach(waiting, run.id).signal(Go, turn)
    await client.close()
    await expect.poll(() => run.result({ waitMs: 0 }), { timeout: 10_000 }).toMatchObject({ output: turn })
  }
})

test('it closes in time when the server is down', async () => {
  await using server = await startPostgres({ own: true })
  const database = await server.database()
  const o = await open({ url: database.url })
  const pool = hostPool(database.url)
  const ofHost = await open({ pool })
  await Promise.all([o.run(flow, 1), ofHost.run(flow, 1)])
  await server.stop('immediate')
  const begun = performance.now()
  await Promise.all([o.close({ drainMs: 0 }), ofHost.close({ drainMs: 0 })])
  expect(performance.now() - begun).toBeLessThan(10_000)
  expect(pool.totalCount).toBe(0)
})

test('it closes in time when the server is silent, with reads and writes under way', async () => {
  await using database = await freshDatabase()
  const { hostname: host, port } = new URL(database.url)
  await using proxy = await startProxy({ host, port: Number(port) })
  const pool = hostPool(proxy.url(database.url), { max: 5 })
  const settings = { journal: { leaseMs: 600 } }
  const ofHost = await open({ pool, statementTimeoutMs: 500 }, { settings })
  const o = await open({ url: proxy.url(database.url), statementTimeoutMs: 500 }, { settings })
  await Promise.all([o.run(flow, 1), ofHost.run(flow, 1)])
  proxy.pause()
  const lost = [o, ofHost].flatMap((one) => [one.run(flow, 2), one.runs.list(), one.runs.get('it')])
  const told = Promise.allSettled(lost)
  const begun = performance.now()
  await Promise.all([o.close({ drainMs: 100 }), ofHost.close({ drainMs: 100 })])
  expect(performance.now() - begun).toBeLessThan(10_000)
  // Of its own connections none is left; those of the host are the host's, but nothing holds them any more.
  expect(pool.waitingCount).toBe(0)
  await told
  proxy.resume()
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0)
})

test('what is silent is not waited for by the plugin: all that is under way ends at once', async () => {
  await using database = await freshDatabase()
  const { hostname: host, port } = new URL(database.url)
  await using proxy = await startProxy({ host, port: Number(port) })
  const { states, close } = await openPostgres(
    {
      url: proxy.url(database.url),
      maxConnections: 5,
      connectTimeoutMs: 30_000,
      statementTimeoutMs: 30_000,
      lockTimeoutMs: 30_000,
      applicationName: 'closing',
      migrate: true,
      listen: true,
    },
    { clock: new SystemClock(), logger: new RecordingLogger() },
  )
  const stop = states.listen?.(() => {})
  await states.list({ limit: 1 })
  proxy.pause()
  const claim = { runner: { name: 'r' }, leaseMs: 1_000, workflows: [], limit: 0 }
  // More than there are connections, so that some wait for one that is free, and some for one that is being opened.
  const calls = Array.from({ length: 8 }, () => states.claim(claim))
  const told = Promise.allSettled([...calls, states.append([])])
  const begun = performance.now()
  await close()
  expect(performance.now() - begun).toBeLessThan(5_000)
  stop?.()
  expect((await told).slice(0, 8).every(({ status }) => status === 'rejected')).toBe(true)
  expect(performance.now() - begun).toBeLessThan(5_000)
  proxy.resume()
  await expect.poll(() => proxy.connections).toBe(0)
})
