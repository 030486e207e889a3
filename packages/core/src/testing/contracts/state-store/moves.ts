import assert from 'node:assert/strict'
import { record, lapseMs, leaseMs, storeCase } from './workbench.js'

/** How runs end and how they are let go of. */
export const moveCases = [
  storeCase('an ended run keeps its status, output, failure and time', async (bench) => {
    for (const status of ['succeeded', 'partial', 'failed', 'cancelled'] as const) {
      const hold = await bench.create(bench.run())
      await bench.move(hold, status, { output: `"${status}"`, failure: `{"of":"${status}"}` })
      const { endedAt, createdAt, ...head } = await bench.head(hold.run)
      assert(endedAt !== undefined && endedAt >= createdAt)
      assert.deepEqual(
        [head.status, head.output, head.failure, head.wakeAt],
        [status, `"${status}"`, `{"of":"${status}"}`, undefined],
      )
    }
  }),
  storeCase('output and failure are those of the last move', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'needs-attention', { failure: '"why"' })
    assert.equal((await bench.head(hold.run)).failure, '"why"')
    const { runs } = await bench.claim('b', { take: [hold.run] })
    await bench.move(runs[0]?.hold ?? hold, 'succeeded', { output: '1' })
    const { output, failure } = await bench.head(hold.run)
    assert.deepEqual({ output, failure }, { output: '1', failure: undefined })
  }),
  storeCase('a move that gives no output leaves none of an earlier one', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'needs-attention', { output: '"so far"' })
    const { runs } = await bench.claim('b', { limit: 0, take: [hold.run] })
    assert.equal((await bench.head(hold.run)).output, '"so far"')
    await bench.move(runs[0]?.hold ?? hold, 'failed', { failure: '"why"' })
    const { output, failure } = await bench.head(hold.run)
    assert.deepEqual({ output, failure }, { output: undefined, failure: '"why"' })
  }),
  storeCase('a released run is due when its time has come, and not before', async (bench) => {
    const soon = await bench.create(bench.run())
    const later = await bench.create(bench.run())
    await bench.move(soon, 'suspended', { wakeInMs: leaseMs })
    await bench.move(later, 'pending', { wakeInMs: 600_000 })
    const { wakeAt = 0 } = await bench.head(later.run)
    assert(wakeAt > (await bench.claim('a', { limit: 0 })).now)
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.claimed('b'), [soon.run.id])
  }),
  storeCase('a run that is released for a while is not due at once', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'suspended', { wakeInMs: 600_000 })
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a run that is released for no time is due at once', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'pending', { wakeInMs: 0 })
    assert.deepEqual(await bench.claimed('b'), [hold.run.id])
  }),
  storeCase('a run that is released without a time is not due until it is signalled', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'suspended')
    await bench.advance(lapseMs)
    assert.equal((await bench.head(hold.run)).wakeAt, undefined)
    assert.deepEqual(await bench.claimed('b'), [])
    await bench.signal(hold.run, 's')
    assert.deepEqual(await bench.claimed('b'), [hold.run.id])
  }),
  storeCase('a run that was created as pending is due when its time has come', async (bench) => {
    await bench.create(bench.run('at once'), { status: 'pending', wakeInMs: 0 })
    await bench.create(bench.run('soon'), { status: 'pending', wakeInMs: leaseMs })
    await bench.create(bench.run('later'), { status: 'pending', wakeInMs: 600_000 })
    await bench.create(bench.run('never'), { status: 'pending' })
    const first = await bench.claimed('a')
    await bench.advance(lapseMs)
    const second = await bench.claimed('a')
    assert.deepEqual([...first, ...second].sort(), ['at once', 'soon'])
    assert.equal(first.includes('at once'), true)
  }),
  storeCase('to suspend a run resets its takeovers, to hand it back does not', async (bench) => {
    const hold = await bench.create(bench.run())
    const [taken] = (await bench.claim('b')).runs
    assert.equal(taken?.head.takeovers, 1)
    await bench.move(taken.hold, 'pending', { wakeInMs: 0 })
    assert.equal((await bench.head(hold.run)).takeovers, 1)
    const [again] = (await bench.claim('c')).runs
    assert(again)
    await bench.move(again.hold, 'suspended')
    assert.equal((await bench.head(hold.run)).takeovers, 0)
  }),
  storeCase('a released run keeps its records and what it began with', async (bench) => {
    const hold = await bench.create(bench.run(), { input: '"in"', session: 's', records: [record('a')] })
    await bench.move(hold, 'suspended')
    const { input, session, status, ref } = await bench.head(hold.run)
    assert.deepEqual(
      { input, session, status, ref },
      { input: '"in"', session: 's', status: 'suspended', ref: hold.ref },
    )
    assert.deepEqual(await bench.keys(hold.run), ['a'])
  }),
]
