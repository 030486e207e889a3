import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqlite } from '@baton/adapters-sqlite'
import { agent, configFromEnv, createOrchestrator, definePlugin, operation, stateStore, workflow } from '@baton/core'
import { InMemoryStateStore, ManualClock } from '@baton/core/testing'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { byHand, integrityOf } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host, taken } from './host.ts'

const { folder, file } = folderOfFile()

test('runs are kept in the file that is given, whose folder is made', async () => {
  const path = join(folder, 'made', 'for it', 'runs ü.db')
  const first = await host({ file: path })
  await first.orchestrator.run(first.flow, 'kept', { id: 'a' })
  await first.orchestrator.close()
  const second = await host({ file: path })
  const found = await second.orchestrator.attach(second.flow, 'a').result()
  expect(found).toMatchObject({ status: 'succeeded', output: 'kept' })
  expect(second.effects).toEqual([])
  await second.orchestrator.close()
})

test('without a word about it, runs are kept below the folder in which the process runs', async () => {
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'of-the-process'))
  try {
    const { orchestrator, flow } = await host({})
    await orchestrator.run(flow, 'kept')
    await orchestrator.close()
  } finally {
    cwd.mockRestore()
  }
  expect(existsSync(join(folder, 'of-the-process/.baton/orchestrator.db'))).toBe(true)
})

test('in memory runs go on until the orchestrator closes, and no file is made', async () => {
  const { orchestrator, flow } = await host({ file: ':memory:' })
  expect((await orchestrator.run(flow, 'kept')).status).toBe('succeeded')
  await orchestrator.close()
  expect(existsSync(':memory:')).toBe(false)
})

test('a connection that the host has opened stays open when the orchestrator closes', async () => {
  const database = new DatabaseSync(':memory:')
  const { orchestrator, flow } = await host({ database: taken(database) })
  await orchestrator.run(flow, 'kept', { id: 'a' })
  await orchestrator.close()
  expect(database.prepare('select id from orchestrator_workflow_states').all()).toEqual([{ id: 'a' }])
  database.close()
})

test.each([{}, 'runs.db', null])('what is no connection is refused as one: %j', async (database) => {
  const failing = createOrchestrator({ plugins: [sqlite({ database: database as never })] })
  await expect(failing).rejects.toThrow(/it must be a connection of node:sqlite or better-sqlite3/)
})

test('settings come from the environment', async () => {
  const path = join(folder, 'from-env.db')
  const env = {
    ORCHESTRATOR_SQLITE_FILE: path,
    ORCHESTRATOR_SQLITE_PREFIX: 'mine_',
    ORCHESTRATOR_SQLITE_DURABILITY: 'normal',
    ORCHESTRATOR_SQLITE_BUSY_TIMEOUT: '250ms',
  }
  const orchestrator = await createOrchestrator({ plugins: [sqlite()], config: configFromEnv({ env }) })
  const told = JSON.stringify(orchestrator.describeConfig())
  await orchestrator.close()
  using hand = byHand(path)
  expect(hand.all("select name from sqlite_schema where name = 'mine_workflow_states'")).toHaveLength(1)
  expect(told).toContain('from-env.db')
  expect(told).toContain('0.25 ')
})

test.each([
  ['ORCHESTRATOR_SQLITE_DURABILITY', 'none'],
  ['ORCHESTRATOR_SQLITE_BUSY_TIMEOUT', '-1'],
  ['ORCHESTRATOR_SQLITE_MIGRATE', 'perhaps'],
])('a setting that is none is refused by the name of its variable: %s', async (name, value) => {
  const config = configFromEnv({ env: { [name]: value } })
  const failing = createOrchestrator({ plugins: [sqlite({ file: ':memory:' })], config })
  await expect(failing).rejects.toThrow(name)
})

test('beside another plugin that keeps state, a setting says which one does', async () => {
  const other = definePlugin('elsewhere', {
    options: z.object({}),
    provides: [stateStore],
    start: ({ provide }) => provide(stateStore, new InMemoryStateStore({ clock: new ManualClock() })),
  })
  const any = z.any()
  const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => input }) })
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.echo)
    .output(['one'], ({ steps }) => steps.one)
  const path = file()
  const config = configFromEnv({ env: { ORCHESTRATOR_STATE_STORAGE: 'sqlite' } })
  const plugins = [other(), sqlite({ file: path })]
  const orchestrator = await createOrchestrator({ workflows: [flow], plugins, config })
  await orchestrator.run(flow, 'kept', { id: 'a' })
  await orchestrator.close()
  using hand = byHand(path)
  expect(hand.all('select id from orchestrator_workflow_states')).toEqual([{ id: 'a' }])
})

test('one plugin value serves two orchestrators, and each closes its own', async () => {
  const path = file()
  const plugin = sqlite({ file: path })
  const any = z.any()
  const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => input }) })
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.echo)
    .output(['one'], ({ steps }) => steps.one)
  const one = await createOrchestrator({ workflows: [flow], plugins: [plugin] })
  const other = await createOrchestrator({ workflows: [flow], plugins: [plugin] })
  await one.run(flow, 'kept', { id: 'a' })
  await one.close()
  expect(await other.attach(flow, 'a').result()).toMatchObject({ output: 'kept' })
  expect((await other.run(flow, 'later')).status).toBe('succeeded')
  await other.close()
})

test('two orchestrators of one process share a file: neither takes what the other does', async () => {
  const path = file()
  const [one, other] = [await host({ file: path }), await host({ file: path })]
  const start = ({ orchestrator, flow }: typeof one, name: string) =>
    Array.from({ length: 100 }, (_, n) => orchestrator.run(flow, n, { id: `${name}-${n}` }))
  const results = await Promise.all([...start(one, 'a'), ...start(other, 'b')])
  expect(results.filter(({ ok }) => !ok)).toEqual([])
  expect([one.effects.length, other.effects.length]).toEqual([300, 300])
  await Promise.all([one.orchestrator.close(), other.orchestrator.close()])
  expect(integrityOf(path)).toBe('ok')
})

test.each([
  ['full', 2],
  ['normal', 1],
] as const)('what outlives a power cut is as it was asked for: %s', async (durability, synchronous) => {
  const path = file()
  const database = new DatabaseSync(path)
  const { orchestrator } = await host({ database: taken(database), durability })
  expect(database.prepare('pragma synchronous').get()).toEqual({ synchronous })
  expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
  await orchestrator.close()
  database.close()
})

test('a file is in the mode in which readers and its writer do not wait for each other', async () => {
  const path = file()
  await (await host({ file: path })).orchestrator.close()
  // Bytes 18 and 19 of the header: the versions for writing and reading, 2 for the log that is written ahead.
  expect([...readFileSync(path).subarray(18, 20)]).toEqual([2, 2])
})

test('what many runs have to store travels together', async () => {
  const database = new DatabaseSync(file())
  const counts = { commits: 0, writes: 0 }
  const counting = new Proxy(database, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          const statement = target.prepare(sql)
          const count = () => {
            if (sql === 'commit') counts.commits++
            if (/^\s*(insert|update)/.test(sql)) counts.writes++
          }
          return {
            columns: () => statement.columns(),
            all: (...values: string[]) => (count(), statement.all(...values)),
            run: (...values: string[]) => (count(), statement.run(...values)),
          }
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const { orchestrator, flow } = await host({ database: taken(counting) })
  await orchestrator.run(flow, 'first')
  counts.commits = counts.writes = 0
  await Promise.all(Array.from({ length: 200 }, (_, n) => orchestrator.run(flow, n)))
  // A head, three records and an end for each.
  expect(counts.writes).toBeGreaterThanOrEqual(1_000)
  expect(counts.commits).toBeLessThan(counts.writes / 50)
  await orchestrator.close()
  database.close()
})
