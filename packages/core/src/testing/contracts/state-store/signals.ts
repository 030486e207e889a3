import assert from 'node:assert/strict'
import { accepted, failsWith, lapseMs, record, refused, storeCase } from './workbench.js'

/** What anyone may tell a run, and how the run learns of it. */
export const signalCases = [
  storeCase('a signal needs no hold, adds its record and raises nudge by one', async (bench) => {
    const { run } = await bench.create(bench.run())
    const one = accepted(await bench.signal(run, 'signal:1', '{"a":1}'))
    const other = accepted(await bench.signal(run, 'signal:2'))
    assert.deepEqual([one.nudge, one.fresh, one.hold, other.nudge, other.fresh], [1, 1, undefined, 2, 1])
    assert.equal((await bench.head(run)).nudge, 2)
    const stored = await bench.records(run)
    assert.deepEqual(
      stored.map(({ key, kind, body }) => [key, kind, body]),
      [
        ['signal:1', 'signal', '{"a":1}'],
        ['signal:2', 'signal', undefined],
      ],
    )
  }),
  storeCase('a signal does not fence off the holder', async (bench) => {
    const hold = await bench.create(bench.run())
    accepted(await bench.signal(hold.run, 's'))
    accepted(await bench.write(hold, [record('a')]))
  }),
  storeCase('a signal whose key exists is accepted and does nothing', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.signal(hold.run, 's', '1')
    await bench.move(hold, 'suspended', { seen: 1 })
    const again = accepted(await bench.signal(hold.run, 's', '2'))
    assert.deepEqual([again.nudge, again.fresh], [1, 0])
    assert.equal((await bench.head(hold.run)).nudge, 1)
    assert.deepEqual(
      (await bench.records(hold.run)).map(({ body }) => body),
      ['1'],
    )
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a signal to a run that is not there is refused', async (bench) => {
    const run = bench.run()
    assert.equal(refused(await bench.signal(run, 's')).head, undefined)
    assert.equal(await bench.port.read(run, { limit: 1 }), undefined)
  }),
  storeCase('a signal to an ended run is refused and not kept', async (bench) => {
    for (const status of ['succeeded', 'partial', 'failed', 'cancelled'] as const) {
      const run = bench.run()
      await bench.createEnded(run, status)
      assert.equal(refused(await bench.signal(run, 's')).head?.status, status)
      assert.deepEqual(await bench.keys(run), [])
    }
  }),
  storeCase('a signal to an ended run is refused, also where its key exists', async (bench) => {
    const run = bench.run()
    await bench.createEnded(run, 'failed', { records: [record('s', { kind: 'signal' })] })
    refused(await bench.signal(run, 's'))
    assert.deepEqual(await bench.keys(run), ['s'])
  }),
  storeCase('a record that is no signal cannot be sent as one', async (bench) => {
    const { run } = await bench.create(bench.run())
    await failsWith('journal.invalid_request', () => bench.send({ kind: 'signal', run, record: record('a') }))
    assert.deepEqual(await bench.keys(run), [])
  }),
  storeCase('a signal makes a suspended or pending run due at once', async (bench) => {
    const suspended = await bench.create(bench.run())
    await bench.move(suspended, 'suspended', { wakeInMs: 600_000 })
    const pending = bench.run()
    await bench.create(pending, { status: 'pending' })
    await bench.signal(suspended.run, 's')
    await bench.signal(pending, 's')
    assert.deepEqual((await bench.claimed('b')).sort(), [suspended.run.id, pending.id].sort())
  }),
  storeCase('a signal does not postpone a run that was due before', async (bench) => {
    const suspended = await bench.create(bench.run())
    await bench.move(suspended, 'suspended', { wakeInMs: 0 })
    const pending = bench.run()
    await bench.create(pending, { status: 'pending', wakeInMs: 0 })
    for (const run of [suspended.run, pending]) {
      const { wakeAt } = await bench.head(run)
      await bench.advance(lapseMs)
      accepted(await bench.signal(run, 's'))
      assert.equal((await bench.head(run)).wakeAt, wakeAt)
    }
  }),
  storeCase('a signal to a run that needs attention is kept and does not wake it', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'needs-attention')
    accepted(await bench.signal(hold.run, 's'))
    assert.deepEqual(await bench.keys(hold.run), ['s'])
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('the holder learns of signals from its next append', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.signal(hold.run, 's')
    assert.equal(accepted(await bench.write(hold, [record('a')])).nudge, 1)
  }),
  storeCase('a run that is released with an unread signal is due at once', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.signal(hold.run, 's')
    await bench.move(hold, 'suspended', { wakeInMs: 600_000, seen: 0 })
    assert.deepEqual(await bench.claimed('b'), [hold.run.id])
  }),
  storeCase('a run that is released with every signal read is not due', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.signal(hold.run, 's')
    await bench.move(hold, 'suspended', { seen: 1 })
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a runner is told by its claim of signals to the runs it holds', async (bench) => {
    const signalled = await bench.create(bench.run())
    await bench.create(bench.run())
    const name = { name: bench.runner }
    assert.deepEqual((await bench.claim('a', { runner: name })).nudged, [])
    await bench.signal(signalled.run, 's')
    await bench.signal(signalled.run, 't')
    assert.deepEqual((await bench.claim('a', { runner: name })).nudged, [{ ...signalled.run, nudge: 2 }])
  }),
  storeCase('a runner is not told of signals to runs that it does not hold', async (bench) => {
    const released = await bench.create(bench.run())
    const ended = await bench.create(bench.run())
    const lost = await bench.create(bench.run())
    for (const { run } of [released, ended, lost]) await bench.signal(run, 's')
    await bench.move(released, 'suspended', { seen: 1 })
    await bench.move(ended, 'succeeded')
    assert.deepEqual((await bench.claim('b')).nudged, [])
    assert.deepEqual((await bench.claim('a', { runner: { name: bench.runner } })).nudged, [])
  }),
  storeCase('a runner that takes its own run again is told of its signals by the head alone', async (bench) => {
    const { run } = await bench.create(bench.run())
    await bench.signal(run, 's')
    const { runs, nudged } = await bench.claim('a', { runner: { name: bench.runner }, limit: 0, take: [run] })
    assert.deepEqual([runs.map(({ head }) => head.nudge), nudged], [[1], []])
    assert.deepEqual((await bench.claim('a', { runner: { name: bench.runner } })).nudged, [])
  }),
  storeCase('of equal signals at once one counts', async (bench) => {
    const { run } = await bench.create(bench.run())
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? bench.port : bench.other).append([
          { kind: 'signal', run, record: record('s', { kind: 'signal', body: `${index}` }) },
        ]),
      ),
    )
    assert.equal(outcomes.filter(([outcome]) => accepted(outcome).fresh === 1).length, 1)
    assert.equal((await bench.head(run)).nudge, 1)
  }),
  storeCase('of different signals at once all count', async (bench) => {
    const { run } = await bench.create(bench.run())
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? bench.port : bench.other).append([
          { kind: 'signal', run, record: record(`${index}`, { kind: 'signal' }) },
        ]),
      ),
    )
    const nudges = outcomes.map(([outcome]) => accepted(outcome).nudge)
    assert.equal(new Set(nudges).size, 50)
    assert.equal((await bench.head(run)).nudge, 50)
    assert.equal((await bench.keys(run)).length, 50)
  }),
]
