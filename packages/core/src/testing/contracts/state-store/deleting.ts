import assert from 'node:assert/strict'
import { record, refused, storeCase, type Workbench } from './workbench.js'

const endings = ['succeeded', 'partial', 'failed', 'cancelled'] as const

/** What cases that ran before on the same database have left behind. */
async function clear({ port }: Workbench): Promise<void> {
  while ((await port.delete({ endedForMs: 0, statuses: endings, limit: 500 })) > 0);
}

/** Which runs a delete removes, and what is left of them. */
export const deletingCases = [
  storeCase('a named run is removed whatever its status', async (bench) => {
    await bench.create(bench.run('running'))
    await bench.create(bench.run('pending'), { status: 'pending', wakeInMs: 0 })
    const moved = ['suspended', 'needs-attention', ...endings] as const
    for (const status of moved) await bench.createEnded(bench.run(status), status)
    for (const id of ['running', 'pending', ...moved]) {
      assert.equal(await bench.port.delete({ run: bench.run(id) }), 1)
      assert.equal(await bench.port.read(bench.run(id), { limit: 1 }), undefined)
      assert.equal(await bench.port.delete({ run: bench.run(id) }), 0)
    }
  }),
  storeCase('a removed run is neither listed nor claimed nor signalled', async (bench) => {
    await bench.create(bench.run('running'), { session: 's', parent: 'p' })
    await bench.create(bench.run('pending'), { status: 'pending', wakeInMs: 0, session: 's', parent: 'p' })
    for (const id of ['running', 'pending']) await bench.port.delete({ run: bench.run(id) })
    for (const filter of [{}, { session: 's' }, { parent: 'p' }, { due: true }]) {
      assert.deepEqual(await bench.listed(filter), [])
    }
    assert.deepEqual(await bench.claimed('b', { take: [bench.run('running')] }), [])
    refused(await bench.signal(bench.run('running'), 's'))
  }),
  storeCase('a run that is created again has no records of the removed one', async (bench) => {
    const old = await bench.create(bench.run(), { records: [record('a', { body: '1' }), record('b')] })
    await bench.signal(old.run, 's')
    await bench.port.delete({ run: old.run })
    await bench.create(old.run, { records: [record('a', { body: '2' })] })
    const stored = await bench.records(old.run)
    assert.deepEqual(
      stored.map(({ key, body }) => [key, body]),
      [['a', '2']],
    )
    assert.equal((await bench.head(old.run)).nudge, 0)
  }),
  storeCase('the ref of a removed run is never used again', async (bench) => {
    const refs = new Set<string>()
    for (let index = 0; index < 5; index++) {
      const { run, ref } = await bench.create(bench.run('the same'))
      refs.add(ref)
      await bench.port.delete({ run })
    }
    refs.add((await bench.create(bench.run('another'))).ref)
    assert.equal(refs.size, 6)
  }),
  storeCase('to remove a run leaves others as they are', async (bench) => {
    const same = { tenant: `${bench.tenant}, another`, id: 'run 1' }
    const [gone, kept] = [bench.run(), bench.run()]
    for (const run of [gone, kept, same]) await bench.create(run, { session: 's', records: [record('a')] })
    await bench.port.delete({ run: gone })
    for (const run of [kept, same]) assert.deepEqual(await bench.keys(run), ['a'])
    assert.deepEqual(await bench.listed({ session: 's' }), [kept.id])
  }),
  storeCase('old runs are removed with their records, and counted', async (bench) => {
    await clear(bench)
    for (const id of ['1', '2', '3']) await bench.createEnded(bench.run(id), 'succeeded', { records: [record('a')] })
    assert.equal(await bench.port.delete({ endedForMs: 0, statuses: ['succeeded'], limit: 500 }), 3)
    assert.equal(await bench.port.delete({ endedForMs: 0, statuses: ['succeeded'], limit: 500 }), 0)
    assert.deepEqual(await bench.listed(), [])
    await bench.create(bench.run('1'))
    assert.deepEqual(await bench.keys(bench.run('1')), [])
  }),
  storeCase('only runs that ended in one of the statuses are removed for their age', async (bench) => {
    await clear(bench)
    await bench.create(bench.run('running'))
    await bench.create(bench.run('pending'), { status: 'pending' })
    for (const status of ['suspended', 'needs-attention', ...endings] as const) {
      await bench.createEnded(bench.run(status), status)
    }
    assert.equal(await bench.port.delete({ endedForMs: 0, statuses: [], limit: 500 }), 0)
    assert.equal(await bench.port.delete({ endedForMs: 0, statuses: ['failed', 'partial'], limit: 500 }), 2)
    assert.deepEqual((await bench.listed()).sort(), [
      'cancelled',
      'needs-attention',
      'pending',
      'running',
      'succeeded',
      'suspended',
    ])
  }),
  storeCase('a run is not removed for its age while it is the parent of another', async (bench) => {
    await clear(bench)
    await bench.createEnded(bench.run('grandparent'))
    await bench.createEnded(bench.run('parent'), 'failed', { parent: 'grandparent' })
    const child = await bench.create(bench.run('child'), { parent: 'parent' })
    await bench.move(child, 'suspended')
    await bench.createEnded({ tenant: `${bench.tenant}, another`, id: 'parent' })
    const remove = () => bench.port.delete({ endedForMs: 0, statuses: endings, limit: 500 })
    assert.deepEqual([await remove(), (await bench.listed()).sort()], [1, ['child', 'grandparent', 'parent']])
    const { ref, token } = await bench.head(child.run)
    await bench.move({ ...child, ref, token }, 'succeeded')
    assert.deepEqual([await remove(), await remove(), await remove(), await remove()], [1, 1, 1, 0])
    await bench.createEnded(bench.run('parent'))
    await bench.create(bench.run('child'), { parent: 'parent' })
    assert.equal(await bench.port.delete({ run: bench.run('parent') }), 1)
  }),
  storeCase('only runs that ended long enough ago are removed', async (bench) => {
    await clear(bench)
    await bench.createEnded(bench.run('old'))
    const late = await bench.create(bench.run('late'))
    await bench.advance(1_500)
    await bench.move(late, 'succeeded')
    const statuses = ['succeeded'] as const
    assert.equal(await bench.port.delete({ endedForMs: 600_000, statuses, limit: 500 }), 0)
    assert.equal(await bench.port.delete({ endedForMs: 1_000, statuses, limit: 500 }), 1)
    assert.deepEqual(await bench.listed(), ['late'])
  }),
  storeCase('at most the limit is removed, oldest end first', async (bench) => {
    await clear(bench)
    const holds = []
    for (const id of ['1', '2', '3', '4']) holds.push(await bench.create(bench.run(id)))
    const order = [2, 0, 3, 1]
    for (const [place, index] of order.entries()) {
      const hold = holds[index]
      if (hold) await bench.move(hold, place % 2 === 0 ? 'failed' : 'succeeded')
      await bench.advance(20)
    }
    const left: string[][] = []
    for (const limit of [1, 2, 1]) {
      assert.equal(await bench.port.delete({ endedForMs: 0, statuses: endings, limit }), limit)
      left.push(await bench.listed())
    }
    assert.deepEqual(left, [['4', '2', '1'], ['2'], []])
  }),
  storeCase('of many deletes at once each run is counted once', async (bench) => {
    const runs = Array.from({ length: 20 }, () => bench.run())
    await bench.port.append(runs.map((run) => bench.createWrite(run)))
    const counts = await Promise.all(
      runs.flatMap((run) => [bench.port.delete({ run }), bench.other.delete({ run }), bench.port.delete({ run })]),
    )
    // A delete that finds the run locked by another may pass it over; together they leave none and count none twice.
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      20,
    )
    assert.deepEqual(await bench.listed(), [])
  }),
  storeCase('thousands of ended runs are removed batch by batch', async (bench) => {
    await clear(bench)
    for (let batch = 0; batch < 5; batch++) {
      const runs = Array.from({ length: 250 }, (_, index) => bench.run(`${batch} ${index}`))
      const move = { status: 'succeeded', seen: 0 } as const
      await bench.port.append(runs.map((run) => bench.createWrite(run, { records: [record('a')], move })))
    }
    const counts: number[] = []
    do counts.push(await bench.port.delete({ endedForMs: 0, statuses: endings, limit: 500 }))
    while (counts.at(-1) !== 0 && counts.length < 10)
    assert.deepEqual(counts, [500, 500, 250, 0])
    assert.deepEqual(await bench.listed(), [])
  }),
]
