import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { byHand } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host } from './host.ts'
import { named, open } from './open.ts'
import { buildProgram } from './processes/child.ts'

const { folder, file } = folderOfFile()
const start = await buildProgram(folder)

const mostMs = 50

/** A thread that has nothing to do, and how long it had to wait all the same: what the machine is to blame for. */
const idle = `
const { parentPort } = require('node:worker_threads')
const delays = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 })
delays.enable()
parentPort.postMessage('watching')
parentPort.once('message', () => parentPort.postMessage(delays.max))`

/** The longest that anything else in this process had to wait meanwhile, beyond what an idle thread of it had to. */
async function longestDelayMs(work: () => Promise<unknown>): Promise<number> {
  const thread = new Worker(idle, { eval: true })
  await once(thread, 'message')
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  await work()
  delays.disable()
  thread.postMessage('enough')
  const [elsewhere] = (await once(thread, 'message')) as [number]
  await thread.terminate()
  return (delays.max - elsewhere) / 1e6
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('while another process has the lock, nothing stalls; runs wait, and end when it is given back', async () => {
  const path = file()
  const { orchestrator, flow, holding, held, letGo } = await host({ file: path })
  await orchestrator.run(flow, 'first')
  const runs = Array.from({ length: 50 }, (_, n) => orchestrator.run(holding, n))
  await expect.poll(() => held.length).toBe(50)
  await using other = start({ does: 'lock', file: path })
  await other.says('locked')
  let ended = 0
  for (const run of runs) void run.then(() => ended++)
  const delayMs = await longestDelayMs(async () => {
    letGo()
    await pause(2_000)
  })
  expect(delayMs).toBeLessThan(mostMs)
  expect(ended).toBe(0)
  other.tell('free')
  expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(Array(50).fill('succeeded'))
  await orchestrator.close()
})

test('while another process has the lock, what is stored is read', async () => {
  const path = file()
  const { orchestrator, flow } = await host({ file: path })
  await orchestrator.run(flow, 'first', { id: 'one' })
  await using other = start({ does: 'lock', file: path })
  await other.says('locked')
  expect((await orchestrator.runs.get('one'))?.status).toBe('succeeded')
  expect((await orchestrator.runs.list({ limit: 10 })).runs).toHaveLength(1)
  other.tell('free')
  await orchestrator.close()
})

test('a lock that is held for too long is a failure that says so; runs that were under way wait on', async () => {
  const path = file()
  const { orchestrator, flow } = await host({ file: path, busyTimeoutMs: 100 })
  await orchestrator.run(flow, 'first')
  const store = await open({ file: path, busyTimeoutMs: 100 })
  await using other = start({ does: 'lock', file: path })
  await other.says('locked')
  const run = orchestrator.run(flow, 'second')
  await expect(store.states.delete({ run: named('none') })).rejects.toMatchObject({
    code: 'store.unavailable',
    retryable: true,
    remedy: expect.stringContaining('another try'),
    cause: { errcode: 5 },
  })
  other.tell('free')
  expect((await run).status).toBe('succeeded')
  await orchestrator.close()
})

test('while 200,000 ended runs are removed, and tables are made, nothing stalls', async () => {
  const path = file()
  const delayMs = await longestDelayMs(async () => open({ file: path }))
  expect(delayMs).toBeLessThan(mostMs)
  using hand = byHand(path)
  hand.exec(`
    begin;
    with recursive n(n) as (select 1 union all select n + 1 from n where n < 200000)
    insert into orchestrator_workflow_states (created_at, shape, version, tenant, id, workflow, runner, token, status, ended_at)
    select 1, 1, 1, '', 'run-' || n, 'flow', 'gone', 2, 'succeeded', n from n;
    insert into orchestrator_agent_results (run, at, attempt, key, kind, body)
    select no, 1, 1, 'one', 'result', '"a result of a step"' from orchestrator_workflow_states;
    commit`)
  const { orchestrator, flow } = await host({ file: path, durability: 'normal' }, { journal: { keepEndedMs: 60_000 } })
  // Asked by way of a thread of its own: this one is measured.
  const looking = await open({ file: path })
  const isLeft = async () => (await looking.states.list({ createdBefore: 2, limit: 1 })).heads.length > 0
  const waits: number[] = []
  const pruning = await longestDelayMs(async () => {
    while (await isLeft()) {
      const from = performance.now()
      await orchestrator.run(flow, 'meanwhile')
      waits.push(performance.now() - from)
      await pause(20)
    }
  })
  expect(pruning).toBeLessThan(mostMs)
  // They go in small pieces: runs need not wait for all of them.
  expect(waits.length).toBeGreaterThan(20)
  await orchestrator.close()
}, 60_000)
