import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { byHand, integrityOf } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host, taken } from './host.ts'
import { creation, named, open, result } from './open.ts'

const { folder, file } = folderOfFile()

/** The failure that opening a file ends with: told by the orchestrator that could not start. */
function opened(settings: Parameters<typeof open>[0]): Promise<unknown> {
  return open(settings).then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a file that is no database is told to be none, and left as it is', async () => {
  const path = file()
  writeFileSync(path, 'no database at all, but a text of more than a hundred characters'.repeat(10))
  expect(await opened({ file: path })).toMatchObject({
    code: 'store.corrupt',
    retryable: false,
    cause: { errcode: 26 },
  })
})

test('a database whose pages are damaged is told to be so', async () => {
  const path = file()
  await (await open({ file: path })).close()
  using hand = byHand(path)
  hand.exec('pragma wal_checkpoint(truncate)')
  const bytes = Buffer.alloc(4_096, 0xff)
  writeFileSync(
    path,
    Buffer.concat([(await import('node:fs')).readFileSync(path).subarray(0, 4_096), bytes, bytes, bytes]),
  )
  const found = await opened({ file: path })
  expect(found).toMatchObject({ code: 'store.corrupt' })
})

test('a folder is no file to keep runs in', async () => {
  const path = file()
  mkdirSync(path)
  expect(await opened({ file: path })).toMatchObject({
    code: 'store.cannot_open',
    message: expect.stringContaining(path),
  })
})

test('below a file there is no folder', async () => {
  const path = file()
  writeFileSync(path, '')
  const below = join(path, 'folder', 'runs.db')
  expect(await opened({ file: below })).toMatchObject({
    code: 'store.cannot_open',
    message: expect.stringContaining(dirname(below)),
    cause: { code: 'ENOTDIR' },
  })
})

test('an orchestrator that cannot open its file does not start, and says why', async () => {
  const path = file()
  mkdirSync(path)
  const failing = host({ file: path })
  await expect(failing).rejects.toMatchObject({ cause: { code: 'store.cannot_open' } })
})

test('a connection that may only read is told so at the start, where tables are to be made', async () => {
  const path = file()
  new DatabaseSync(path).exec('create table mine (a)')
  const database = new DatabaseSync(path, { readOnly: true })
  expect(await opened({ database: taken(database) })).toMatchObject({ code: 'store.read_only', retryable: false })
})

test('a connection that may only read gives what is stored, and takes nothing', async () => {
  const path = file()
  const store = await open({ file: path })
  await store.states.append([creation('a')])
  const reader = await open({ database: taken(new DatabaseSync(path, { readOnly: true })) })
  expect(await reader.states.read(named('a'), { limit: 1 })).toMatchObject({ head: { id: 'a' } })
  await expect(reader.states.append([creation('b')])).rejects.toMatchObject({
    code: 'store.read_only',
    remedy: expect.stringContaining('right to write'),
  })
})

test.each(['__proto__', "a'b", 'a"b', 'a;b--', '🦦', 'a\nb', 'x'.repeat(512), '日'.repeat(170), '%', '?1', '$cancel'])(
  'a run may be called %j',
  async (id) => {
    const { orchestrator, flow } = await host({ file: ':memory:' })
    expect(await orchestrator.run(flow, id, { id, tenant: id, session: id })).toMatchObject({ output: id })
    expect(await orchestrator.tenant(id).runs.get(id)).toMatchObject({ id, status: 'succeeded' })
    expect((await orchestrator.runs.list({ tenant: id, session: id, limit: 5 })).runs.map((run) => run.id)).toEqual([
      id,
    ])
    await orchestrator.close()
  },
)

test.each(['x'.repeat(513), 'x'.repeat(10_240), '', 'a\0b', '\ud800'])('a run may not be called %j', async (id) => {
  const path = file()
  const { orchestrator, flow, effects } = await host({ file: path })
  await expect(orchestrator.run(flow, 1, { id })).rejects.toMatchObject({ code: 'identifier.invalid' })
  expect(effects).toEqual([])
  using hand = byHand(path)
  expect(hand.all('select id from orchestrator_workflow_states')).toEqual([])
  await orchestrator.close()
})

test('a value of ten megabytes is refused before anything of its write is stored', async () => {
  const store = await open({})
  const large = result('two', JSON.stringify('x'.repeat(10_000_000)))
  const failing = store.states.append([creation('a'), creation('b', { records: [result('one'), large] })])
  await expect(failing).rejects.toMatchObject({
    code: 'journal.value_too_large',
    remedy: expect.stringContaining('reference'),
  })
  expect(await store.states.list({ limit: 10 })).toEqual({ heads: [] })
})

test('a step that gives ten megabytes fails by that, and its run is told so', async () => {
  const path = file()
  const { orchestrator, growing } = await host({ file: path })
  const told = await orchestrator.run(growing, 10_000_000, { id: 'a' })
  expect(told).toMatchObject({ status: 'failed', failedStep: 'one', failure: { code: 'journal.value_too_large' } })
  expect((await orchestrator.runs.get('a'))?.status).toBe('failed')
  await orchestrator.close()
})

test('a table that is missing at run time is told by a failure with what to do', async () => {
  const path = file()
  const store = await open({ file: path })
  await store.states.append([creation('a')])
  using hand = byHand(path)
  hand.exec('alter table orchestrator_agent_results rename to gone')
  const failing = store.states.append([creation('b', { records: [result('one')] })])
  await expect(failing).rejects.toMatchObject({
    code: 'store.no_tables',
    remedy: expect.stringContaining('baton migrate up'),
  })
  hand.exec('alter table gone rename to orchestrator_agent_results')
  expect(await store.states.read(named('b'), { limit: 1 })).toBeUndefined()
  expect(await store.states.append([creation('b', { records: [result('one')] })])).toMatchObject([{ accepted: true }])
})

test('a file that is deleted under a process is written on until it closes; the next one begins anew', async () => {
  const path = file()
  const first = await host({ file: path })
  await first.orchestrator.run(first.flow, 'before', { id: 'a' })
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  expect((await first.orchestrator.run(first.flow, 'after', { id: 'b' })).status).toBe('succeeded')
  expect((await first.orchestrator.runs.get('a'))?.status).toBe('succeeded')
  await first.orchestrator.close()
  const next = await host({ file: path })
  expect(await next.orchestrator.runs.get('a')).toBeUndefined()
  expect((await next.orchestrator.run(next.flow, 'anew', { id: 'a' })).status).toBe('succeeded')
  await next.orchestrator.close()
  expect(integrityOf(path)).toBe('ok')
  expect(folder).toBeTruthy()
})

test.each([
  [folder, 'it is a folder'],
  ['file:runs.db?mode=ro', 'it is a URI; give the path alone'],
])('what is no path of a file is refused: %s', async (file, because) => {
  expect(String(await opened({ file }))).toContain(because)
})

test('whoever asks after the end is told so at once', async () => {
  const { orchestrator, flow } = await host({ file: join(folder, 'ended.db') })
  const run = await orchestrator.start(flow, 1)
  await run.result()
  await orchestrator.close()
  const closed = { code: 'store.closed', retryable: false }
  await expect(orchestrator.attach(flow, run.id).result()).rejects.toMatchObject(closed)
  await expect(orchestrator.runs.list()).rejects.toMatchObject(closed)
})
