import { describe, expect, test } from 'vitest'
import type { Write } from '../../ports/index.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { InMemoryStateStore } from './in-memory-state-store.js'

const move = { status: 'succeeded', seen: 0 } as const

async function fill(store: InMemoryStateStore, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const head = { workflow: 'w', version: 1, shape: 1, status: 'running', session: `${index % 2}` } as const
    const run = { tenant: 't', id: `${index}` }
    await store.append([{ kind: 'create', run, runner: 'r', head, records: [], move }])
  }
}

test('lists stay whole while most of the runs are deleted, again and again', async () => {
  const store = new InMemoryStateStore({ clock: new ManualClock() })
  await fill(store, 1_000)
  for (let left = 1_000; left > 100; left -= 100) {
    expect(await store.delete({ endedForMs: 0, statuses: ['succeeded'], limit: 100 })).toBe(100)
    const { heads } = await store.list({ tenant: 't', session: '1', limit: 500 })
    expect(heads.length).toBe(Math.min(500, left / 2 - 50))
    expect(heads[0]?.id).toBe('999')
  }
  await store.delete({ endedForMs: 0, statuses: ['succeeded'], limit: 500 })
  expect((await store.list({ tenant: 't', limit: 1 })).heads).toEqual([])
})

test('runs of a rare status are found like others, in pages', async () => {
  const store = new InMemoryStateStore({ clock: new ManualClock() })
  const head = { workflow: 'w', version: 1, shape: 1, status: 'pending' } as const
  for (let index = 0; index < 5; index++) {
    await store.append([{ kind: 'create', run: { tenant: 't', id: `rare ${index}` }, runner: 'r', head, records: [] }])
  }
  await fill(store, 1_000)
  const query = { statuses: ['pending', 'suspended'], limit: 3 } as const
  const first = await store.list(query)
  const second = await store.list({ ...query, after: first.next })
  const ids = [...first.heads, ...second.heads].map(({ id }) => id)
  expect(ids).toEqual(['rare 4', 'rare 3', 'rare 2', 'rare 1', 'rare 0'])
  expect(second.next).toBeUndefined()
})

test('runs that a claim left behind are listed and claimed once', async () => {
  const store = new InMemoryStateStore({ clock: new ManualClock() })
  await fill(store, 1_000)
  for (const version of [1, 2, 1, 2, 1, 2]) {
    const head = { workflow: 'w', version, shape: 1, status: 'pending', wakeInMs: 0 } as const
    const run = { tenant: 't', id: `waiting ${(await store.list({ limit: 500, statuses: ['pending'] })).heads.length}` }
    await store.append([{ kind: 'create', run, runner: 'r', head, records: [] }])
  }
  const workflows = [1, 2].map((version) => ({ workflow: 'w', version }))
  for (let left = 5; left >= 0; left--) {
    const { runs } = await store.claim({ runner: { name: 'a' }, leaseMs: 1_000, workflows, limit: 1 })
    expect(runs.map(({ head }) => head.id)).toEqual([`waiting ${5 - left}`])
    expect((await store.list({ limit: 500, statuses: ['pending'] })).heads.length).toBe(left)
    expect((await store.list({ limit: 500, statuses: ['running'] })).heads.length).toBe(6 - left)
  }
})

describe('runs that have ended, and that nobody has looked for', () => {
  const ended = (id: string, records = 1): Write => ({
    kind: 'create',
    run: { tenant: 't', id },
    runner: 'r',
    head: { workflow: 'w', version: 1, shape: 1, status: 'running' },
    records: Array.from({ length: records }, (_, index) => ({ key: `s${index}`, kind: 'result' as const, attempt: 1 })),
    move: { status: 'succeeded', seen: 0 },
  })
  const ids = async (store: InMemoryStateStore) => (await store.list({ limit: 500 })).heads.map(({ id }) => id)

  test('are written when somebody does, in the order of their ends', async () => {
    const store = new InMemoryStateStore({ clock: new ManualClock(), isVolatile: true, maxEnded: 3 })
    const written: string[] = []
    for (const id of ['1', '2', '3', '4']) {
      store.appendEnded(() => {
        written.push(id)
        return ended(id)
      }, 1)
    }
    expect(written).toEqual([])
    expect(await ids(store)).toEqual(['4', '3', '2'])
    expect(written).toEqual(['2', '3', '4'])
    store.appendEnded(() => ended('5'), 1)
    expect(await ids(store)).toEqual(['5', '4', '3'])
  })

  test('are bounded by their records, too', async () => {
    const limits = { maxEnded: 1_000, maxEndedRecords: 10 }
    const store = new InMemoryStateStore({ clock: new ManualClock(), isVolatile: true, ...limits })
    for (const id of ['1', '2', '3', '4']) store.appendEnded(() => ended(id, 4), 4)
    expect(await ids(store)).toEqual(['4', '3'])
    store.appendEnded(() => ended('5', 4), 4)
    expect(await ids(store)).toEqual(['5', '4'])
    for (let id = 0; id < 5_000; id++) store.appendEnded(() => ended(`${id}`, 1), 1)
    expect(await ids(store)).toHaveLength(10)
  })

  test('do no harm to each other', async () => {
    const store = new InMemoryStateStore({ clock: new ManualClock(), isVolatile: true, maxEnded: 10 })
    store.appendEnded(() => ended('1'), 1)
    store.appendEnded(() => ({ ...ended('odd'), head: {} }) as never, 1)
    store.appendEnded(() => ended('3'), 1)
    expect(await ids(store)).toEqual(['3', '1'])
  })
})
