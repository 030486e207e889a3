// What child processes of these tests do. It is bundled, minified and with kept names, as a host's own build might do it.

import { appendFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { openSqlite, sqlite } from '@baton/adapters-sqlite'
import { agent, createOrchestrator, operation, workflow } from '@baton/core'
import { createTestOrchestrator } from '@baton/core/testing'
import { z } from 'zod'
import { SystemClock, SystemRandom } from '../../../../packages/core/src/host/index.ts'
import type { Task } from './task.ts'

const task = JSON.parse(process.argv[2] ?? '{}') as Task
const any = z.any()
const tell = (word: string) => process.send?.(word)
const told = (word: string) =>
  new Promise<void>((resolve) => process.on('message', (said) => void (said === word && resolve())))

/** A process with the flow whose steps leave a line each in the file of effects; the second one may never end. */
async function host(isStuck: boolean) {
  const effect = (name: string) =>
    operation({
      input: any,
      output: any,
      run(_, { runId }) {
        appendFileSync(task.effects ?? '', `${runId} ${name} ${process.pid}\n`)
        return name
      },
    })
  const tools = agent('tools', {
    one: effect('one'),
    two: operation({
      input: any,
      output: any,
      async run() {
        tell('in two')
        if (isStuck) await new Promise<void>(() => setInterval(() => {}, 1_000))
        return 'two'
      },
    }),
    three: effect('three'),
  })
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.one)
    .step('two', tools.two)
    .step('three', tools.three)
    .output(['three'], ({ steps }) => steps.three)
  const orchestrator = await createOrchestrator({
    workflows: [flow],
    plugins: [sqlite({ file: task.file, busyTimeoutMs: 20_000 })],
    settings: { logging: { level: 'error' } },
  })
  return { orchestrator, flow }
}

async function work(): Promise<void> {
  const { orchestrator, flow } = await host(false)
  const results = await Promise.all(
    Array.from({ length: task.count ?? 1 }, (_, n) => orchestrator.run(flow, n, { id: `${task.name}-${n}` })),
  )
  tell(results.every(({ ok }) => ok) ? 'done' : JSON.stringify(results.find(({ ok }) => !ok)))
  await orchestrator.close()
}

/** Runs what takes hours in virtual time, which waits for the file as for anything real. */
async function rehearse(): Promise<void> {
  const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => input }) })
  const slow = workflow('slow', { input: any, output: any })
    .step('one', tools.echo)
    .sleep('nap', { ms: 4_000 })
    .step('two', tools.echo)
    .output(['two'], ({ steps }) => steps.two)
  for (let turn = 0; turn < 5; turn++) {
    const t = await createTestOrchestrator({ workflows: [slow], plugins: [sqlite({ file: task.file })] })
    for (let n = 0; n < 20; n++) await t.run(slow, n)
    if (t.elapsedMs() < 80_000) tell('time stood still')
    await t.close()
  }
  tell('done')
}

async function stick(): Promise<void> {
  const { orchestrator, flow } = await host(true)
  for (let n = 0; n < (task.count ?? 1); n++) void orchestrator.run(flow, n, { id: `${task.name}-${n}` })
}

/** Goes on with runs that others began. */
async function recover(): Promise<void> {
  const { orchestrator, flow } = await host(false)
  for (let n = 0; n < (task.count ?? 1); n++) {
    const result = await orchestrator.attach(flow, `${task.name}-${n}`).result()
    if (result.status !== 'succeeded') tell(JSON.stringify(result))
  }
  tell('done')
  await orchestrator.close()
}

/** Holds the lock of the file until it is told to give it back. */
async function lock(): Promise<void> {
  const db = new DatabaseSync(task.file)
  db.exec('begin immediate')
  tell('locked')
  await told('free')
  db.exec('rollback')
  db.close()
  process.disconnect()
}

async function migrate(): Promise<void> {
  tell('ready')
  await told('go')
  const settings = { file: task.file, durability: 'full', busyTimeoutMs: 30_000, migrate: true } as const
  const store = await openSqlite(settings, { clock: new SystemClock(), random: new SystemRandom() })
  const workflows = [{ workflow: 'flow', version: 1 }]
  const runner = { name: `runner ${process.pid}`, host: hostname(), pid: process.pid }
  await store.states.claim({ runner, leaseMs: 1_000, workflows, limit: 1 })
  await store.close()
  tell('done')
  process.disconnect()
}

/** Is in the midst of changing tables when it is killed. */
function alter(): void {
  const db = new DatabaseSync(task.file)
  db.exec('pragma journal_mode = wal; begin immediate; create table orchestrator_workflow_states (no integer)')
  tell('half-way')
  setInterval(() => {}, 1_000)
}

await { work, rehearse, stick, recover, lock, migrate, alter }[task.does]()
