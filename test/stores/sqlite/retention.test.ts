import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { endedStatuses } from '../../../packages/core/src/ports/index.ts'
import { ManualClock } from '../../../packages/core/src/testing/doubles/manual-clock.ts'
import { byHand } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { host, taken } from './host.ts'
import { creation, open, result } from './open.ts'

const { file } = folderOfFile()
const move = { status: 'succeeded', seen: 0 } as const
const old = { endedForMs: 1_000, statuses: endedStatuses, limit: 500 } as const

/** A run that has ended, a child of another where that is named. */
function ended(id: string, parent?: string) {
  const { head } = creation(id)
  return creation(id, { head: { ...head, ...(parent !== undefined && { parent }) }, move, records: [result('one')] })
}

test('runs that ended longer ago than they are kept are removed with all of their records', async () => {
  const path = file()
  const first = await host({ file: path })
  await Promise.all(Array.from({ length: 20 }, (_, n) => first.orchestrator.run(first.flow, n)))
  await first.orchestrator.close()
  using hand = byHand(path)
  const left = () =>
    hand.one(
      'select (select count(*) from orchestrator_workflow_states) + (select count(*) from orchestrator_agent_results) as n',
    ).n
  expect(left()).toBe(80)
  const next = await host({ file: path }, { journal: { keepEndedMs: 0 } })
  await expect.poll(left, { timeout: 10_000 }).toBe(0)
  await next.orchestrator.close()
})

test('unless it is said for how long, ended runs are kept', async () => {
  const path = file()
  for (const id of ['a', 'b']) {
    const { orchestrator, flow } = await host({ file: path })
    await orchestrator.run(flow, id, { id })
    await orchestrator.close()
  }
  using hand = byHand(path)
  expect(hand.all('select id from orchestrator_workflow_states order by id')).toEqual([{ id: 'a' }, { id: 'b' }])
})

test('what waits is never removed, nor are its ancestors, however long ago they ended', async () => {
  const clock = new ManualClock()
  const { states } = await open({}, clock)
  const waiting = creation('grandchild', {
    head: { ...creation('grandchild').head, parent: 'child' },
    move: { status: 'suspended', seen: 0 },
  })
  const attention = creation('attention', { move: { status: 'needs-attention', seen: 0 } })
  await states.append([ended('root'), ended('child', 'root'), waiting, attention, ended('alone'), creation('runs')])
  clock.advance(86_400_000 * 400)
  expect(await states.delete(old)).toBe(1)
  // The root has a child that stays: and so it does, again and again.
  expect(await states.delete(old)).toBe(0)
  const { heads } = await states.list({ limit: 10 })
  expect(heads.map(({ id }) => id).toSorted()).toEqual(['attention', 'child', 'grandchild', 'root', 'runs'])
})

test('a family that has ended goes from its youngest on', async () => {
  const clock = new ManualClock()
  const { states } = await open({}, clock)
  await states.append([ended('root'), ended('child', 'root'), ended('grandchild', 'child')])
  clock.advance(2_000)
  const removed: string[][] = []
  for (let left = 3; left > 0; left--) {
    expect(await states.delete(old)).toBe(1)
    removed.push((await states.list({ limit: 10 })).heads.map(({ id }) => id).toSorted())
  }
  expect(removed).toEqual([['child', 'root'], ['root'], []])
})

test('many are removed in slices, between which others write', async () => {
  const database = new DatabaseSync(':memory:')
  const transactions: number[] = []
  const counting = new Proxy(database, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          const statement = target.prepare(sql)
          const count = () => {
            if (sql === 'begin immediate') transactions.push(0)
            if (sql.startsWith('delete from orchestrator_workflow_states'))
              transactions.push((transactions.pop() ?? 0) + 1)
          }
          return {
            columns: () => statement.columns(),
            all: (...values: string[]) => (count(), statement.all(...values)),
            run: (...values: string[]) => (count(), statement.run(...values)),
          }
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
  const clock = new ManualClock()
  const { states } = await open({ database: taken(counting) }, clock)
  await states.append(Array.from({ length: 500 }, (_, n) => ended(`run-${n}`)))
  clock.advance(2_000)
  transactions.length = 0
  const order: string[] = []
  const removing = states.delete(old).then((count) => order.push(`removed ${count}`))
  const writing = states.append([creation('meanwhile')]).then(() => order.push('written'))
  await Promise.all([removing, writing])
  expect(order).toEqual(['written', 'removed 500'])
  expect(Math.max(...transactions)).toBeLessThanOrEqual(50)
})
