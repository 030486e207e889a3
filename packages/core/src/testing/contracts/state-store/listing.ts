import assert from 'node:assert/strict'
import { failsWith, lapseMs, leaseMs, storeCase, type Workbench } from './workbench.js'

async function createMany(bench: Workbench, count: number, prefix = ''): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${prefix}${index}`)
  for (let start = 0; start < count; start += 250) {
    await bench.port.append(ids.slice(start, start + 250).map((id) => bench.createWrite(bench.run(id))))
  }
  return ids
}

/** Which runs a list holds, and in which order. */
export const listingCases = [
  storeCase('runs are listed newest first', async (bench) => {
    for (const id of ['b', 'c', 'a', 'e', 'd']) await bench.create(bench.run(id))
    assert.deepEqual(await bench.listed(), ['d', 'e', 'a', 'c', 'b'])
    assert.deepEqual(await bench.listed({ limit: 2 }), ['d', 'e', 'a', 'c', 'b'])
  }),
  storeCase('a listed head is the one that is read', async (bench) => {
    const hold = await bench.create(bench.run(), { input: '1', session: 's', parent: 'p' })
    await bench.move(hold, 'suspended', { wakeInMs: 600_000 })
    const { heads } = await bench.port.list({ tenant: bench.tenant, limit: 1 })
    assert.deepEqual(
      heads.map((head) => ({ ...head })),
      [{ ...(await bench.head(hold.run)) }],
    )
  }),
  storeCase('a brief list holds the same heads without what may be large', async (bench) => {
    const hold = await bench.create(bench.run(), { input: '1', session: 's' })
    await bench.move(hold, 'succeeded', { output: '2' })
    const [head] = (await bench.port.list({ tenant: bench.tenant, limit: 10, brief: true })).heads
    const { id, status, session, input, output, failure } = head ?? {}
    assert.deepEqual([id, status, session], [hold.run.id, 'succeeded', 's'])
    assert.deepEqual([input, output, failure], [undefined, undefined, undefined])
  }),
  storeCase('runs of other tenants are not listed', async (bench) => {
    await bench.create(bench.run('mine'))
    await bench.create({ tenant: `${bench.tenant}, another`, id: 'theirs' })
    assert.deepEqual(await bench.listed(), ['mine'])
  }),
  storeCase('a list without a tenant holds the runs of all', async (bench) => {
    await bench.create(bench.run('mine'))
    await bench.create({ tenant: `${bench.tenant}, another`, id: 'theirs' })
    assert.deepEqual(await bench.listed({ tenant: undefined, workflow: bench.workflow }), ['theirs', 'mine'])
  }),
  storeCase('runs are listed by session, parent and workflow', async (bench) => {
    const workflow = `${bench.workflow}, another`
    await bench.create(bench.run('1'), { session: 's' })
    await bench.create(bench.run('2'), { parent: 's' })
    await bench.create(bench.run('3'), { session: 's', parent: 's' })
    await bench.create(bench.run('4'), { session: 's', workflow })
    assert.deepEqual(await bench.listed({ session: 's' }), ['4', '3', '1'])
    assert.deepEqual(await bench.listed({ parent: 's' }), ['3', '2'])
    assert.deepEqual(await bench.listed({ workflow }), ['4'])
    assert.deepEqual(await bench.listed({ session: 's', parent: 's' }), ['3'])
    assert.deepEqual(await bench.listed({ session: 's', workflow: bench.workflow }), ['3', '1'])
    assert.deepEqual(await bench.listed({ session: 'unknown' }), [])
  }),
  storeCase('to filter by session or parent without the tenant is refused', async (bench) => {
    for (const filter of [{ session: 's' }, { parent: 'p' }]) {
      await failsWith('journal.invalid_request', () => bench.port.list({ ...filter, limit: 1 }))
    }
  }),
  storeCase('runs are listed by any of the statuses', async (bench) => {
    await bench.create(bench.run('running'))
    await bench.create(bench.run('pending'), { status: 'pending' })
    for (const status of ['suspended', 'needs-attention', 'succeeded', 'partial', 'failed', 'cancelled'] as const) {
      await bench.createEnded(bench.run(status), status)
    }
    for (const status of ['running', 'pending', 'suspended', 'needs-attention', 'succeeded', 'cancelled'] as const) {
      assert.deepEqual(await bench.listed({ statuses: [status] }), [status])
    }
    assert.deepEqual(await bench.listed({ statuses: ['partial', 'failed', 'running'] }), [
      'failed',
      'partial',
      'running',
    ])
  }),
  storeCase('an empty list of statuses lets nothing pass', async (bench) => {
    await bench.create(bench.run())
    assert.deepEqual(await bench.listed({ statuses: [] }), [])
  }),
  storeCase('runs are listed by the time of their creation', async (bench) => {
    const times: number[] = []
    for (const id of ['1', '2', '3']) {
      await bench.create(bench.run(id))
      times.push((await bench.head(bench.run(id))).createdAt)
      await bench.advance(20)
    }
    const [, second = 0, third = 0] = times
    assert.deepEqual(await bench.listed({ createdFrom: second }), ['3', '2'])
    assert.deepEqual(await bench.listed({ createdBefore: third }), ['2', '1'])
    assert.deepEqual(await bench.listed({ createdFrom: second, createdBefore: third }), ['2'])
  }),
  storeCase('the due runs are those that a claim would take', async (bench) => {
    await bench.create(bench.run('lapsed'))
    await bench.create(bench.run('alive'), { runner: bench.runnerNamed('a') })
    await bench.claim('a', { limit: 0 })
    await bench.create(bench.run('waiting'), { status: 'pending', wakeInMs: leaseMs })
    await bench.create(bench.run('later'), { status: 'pending', wakeInMs: 600_000 })
    await bench.create(bench.run('never'), { status: 'pending' })
    await bench.createEnded(bench.run('due'), 'suspended', {})
    await bench.signal(bench.run('due'), 's')
    await bench.createEnded(bench.run('attention'), 'needs-attention')
    await bench.createEnded(bench.run('ended'))
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.listed({ due: true }), ['due', 'waiting', 'lapsed'])
    assert.deepEqual(await bench.listed({ due: true, limit: 1 }), ['due', 'waiting', 'lapsed'])
    assert.deepEqual(await bench.listed({ due: true, statuses: ['suspended'] }), ['due'])
    assert.deepEqual((await bench.claimed('b')).sort(), ['due', 'lapsed', 'waiting'])
    assert.deepEqual(await bench.listed({ due: true }), [])
  }),
  storeCase('runs are listed by the runner that holds them', async (bench) => {
    const heldBy = async (name: string) => (await bench.listed({ runner: bench.runnerNamed(name) })).toSorted()
    await bench.claim('a', { limit: 0 })
    await bench.claim('b', { limit: 0 })
    for (const id of ['1', '2']) await bench.create(bench.run(id), { runner: bench.runnerNamed('a') })
    await bench.create(bench.run('3'), { runner: bench.runnerNamed('b') })
    const released = await bench.create(bench.run('4'), { runner: bench.runnerNamed('a') })
    await bench.write(released, [], { move: { status: 'needs-attention', seen: 0 } })
    assert.deepEqual([await heldBy('a'), await heldBy('b'), await heldBy('c')], [['1', '2'], ['3'], []])
  }),
  storeCase('to list what is due takes nothing', async (bench) => {
    const { run } = await bench.create(bench.run())
    await bench.listed({ due: true })
    assert.equal((await bench.head(run)).token, 1)
  }),
  storeCase('pages of any limit hold each run once', async (bench) => {
    const ids = await createMany(bench, 30)
    for (const limit of [1, 2, 7, 29, 30, 31]) assert.deepEqual(await bench.listed({ limit }), ids.toReversed())
  }),
  storeCase('a few thousand runs are listed page by page, each once', async (bench) => {
    const ids = await createMany(bench, 2_000)
    const listed = await bench.listed({ limit: 150 })
    assert.equal(listed.length, 2_000)
    assert.deepEqual(listed.sort(), ids.sort())
  }),
  storeCase('runs that stood before the first page are listed once while others are created', async (bench) => {
    const ids = await createMany(bench, 20)
    let added = 0
    const listed = await bench.listed({ limit: 3 }, () => createMany(bench, 2, `later ${added++} `))
    assert.deepEqual(listed, ids.toReversed())
  }),
  storeCase('runs that stand are listed once while others are deleted', async (bench) => {
    const ids = await createMany(bench, 20)
    // The one that a page ended with, one that was listed, one that was not.
    const doomed = ['17', '19', '10', '14', '3']
    const listed = await bench.listed({ limit: 3 }, async () => {
      const id = doomed.shift()
      if (id !== undefined) await bench.port.delete({ run: bench.run(id) })
    })
    const standing = ids.filter((id) => !['17', '19', '10', '14', '3'].includes(id))
    assert.deepEqual(
      listed.filter((id) => standing.includes(id)),
      standing.toReversed(),
    )
  }),
  storeCase('runs are listed once while their statuses change', async (bench) => {
    const ids = await createMany(bench, 12)
    const listed = await bench.listed({ limit: 5 }, () => bench.claim('b', { limit: 5 }))
    assert.deepEqual(listed, ids.toReversed())
  }),
  storeCase('a filtered list is paged as any other', async (bench) => {
    for (let index = 0; index < 24; index++) {
      await bench.create(bench.run(`${index}`), { session: index % 3 === 0 ? 's' : 't' })
    }
    for (const limit of [1, 3, 8]) {
      assert.deepEqual(await bench.listed({ session: 's', limit }), ['21', '18', '15', '12', '9', '6', '3', '0'])
    }
  }),
  storeCase('the last page of a list has no next', async (bench) => {
    await createMany(bench, 3)
    assert.equal((await bench.port.list({ tenant: bench.tenant, limit: 4 })).next, undefined)
    const first = await bench.port.list({ tenant: bench.tenant, limit: 2 })
    const last = await bench.port.list({ tenant: bench.tenant, limit: 2, after: first.next })
    assert.deepEqual([first.heads.length, last.heads.length, last.next], [2, 1, undefined])
  }),
]
