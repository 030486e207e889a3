import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { folderOfFile } from './folder.ts'
import { host, taken } from './host.ts'
import { creation, named, open, result } from './open.ts'

const { file } = folderOfFile()

/** A connection whose file may not grow any more, until it may. */
function filling(path: string) {
  const database = new DatabaseSync(path)
  const pages = () => Number(database.prepare('pragma page_count').get()?.page_count)
  const integrity = () => database.prepare('pragma integrity_check').get()?.integrity_check
  const allow = (more: number) => void database.prepare(`pragma max_page_count = ${pages() + more}`).get()
  return { database: taken(database), db: database, allow, integrity }
}

test('where there is no space, nothing of a write is stored, and the failure says what to do', async () => {
  const { database, db, allow, integrity } = filling(file())
  const store = await open({ database })
  await store.states.append([creation('a')])
  allow(0)
  const records = Array.from({ length: 50 }, (_, n) => result(`step-${n}`, JSON.stringify('x'.repeat(5_000))))
  await expect(store.states.append([creation('b', { records }), creation('c')])).rejects.toMatchObject({
    code: 'store.full',
    remedy: expect.stringContaining('Make space'),
    cause: { errcode: 13 },
  })
  expect(await store.states.read(named('b'), { limit: 1 })).toBeUndefined()
  expect(await store.states.read(named('c'), { limit: 1 })).toBeUndefined()
  expect(db.prepare('select count(*) as n from orchestrator_agent_results').get()).toEqual({ n: 0 })
  allow(1_000)
  expect(await store.states.append([creation('b', { records })])).toMatchObject([{ accepted: true, fresh: 50 }])
  expect(integrity()).toBe('ok')
})

test('runs that find no space wait until there is some, and nothing of them is half written', async () => {
  const { database, db, allow, integrity } = filling(file())
  const first = await host({ database })
  await first.orchestrator.run(first.flow, 'before')
  const runs = Array.from({ length: 5 }, (_, n) =>
    first.orchestrator.run(first.growing, 100_000 + n, { id: `run-${n}` }),
  )
  allow(60)
  await expect.poll(async () => (await first.orchestrator.health()).runs.oldestWaitingMs).toBeGreaterThan(500)
  const refused = first.orchestrator.start(first.flow, 'meanwhile')
  await expect(refused).rejects.toMatchObject({
    code: 'journal.record_refused',
    message: expect.stringContaining('disk is full'),
  })
  allow(100_000)
  expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'))
  expect((await first.orchestrator.run(first.flow, 'after')).status).toBe('succeeded')
  expect(integrity()).toBe('ok')
  await first.orchestrator.close()
  db.close()
})
