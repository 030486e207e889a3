import assert from 'node:assert/strict'
import { accepted, lapseMs, leaseMs, longLeaseMs, record, storeCase } from './workbench.js'

/** Which runs a claim takes, and what it makes of them. */
export const claimCases = [
  storeCase('a claimed run is running and held by the claimant under the next token', async (bench) => {
    const { run, ref } = await bench.create(bench.run(), { records: [record('a')] })
    const { runs } = await bench.claim('b')
    const [claimed] = runs
    assert.equal(runs.length, 1)
    assert.deepEqual(claimed?.hold, { run, ref, token: 2, runner: bench.runnerNamed('b') })
    const { status, token, runner } = await bench.head(run)
    assert.deepEqual({ status, token, runner }, { status: 'running', token: 2, runner: bench.runnerNamed('b') })
    assert.deepEqual({ ...claimed.head }, { ...(await bench.head(run)) })
    accepted(await bench.write(claimed.hold, [record('b')]))
  }),
  storeCase('the wake time of a claimed run is gone', async (bench) => {
    const run = bench.run()
    await bench.create(run, { status: 'pending', wakeInMs: 0 })
    const { runs } = await bench.claim('b')
    assert.deepEqual(
      runs.map(({ head }) => [head.id, head.wakeAt]),
      [[run.id, undefined]],
    )
    assert.equal((await bench.head(run)).wakeAt, undefined)
  }),
  storeCase('a run whose runner no claim has seen is taken', async (bench) => {
    const { run } = await bench.create(bench.run())
    assert.deepEqual(await bench.claimed('b'), [run.id])
  }),
  storeCase('a run whose runner is alive is not taken', async (bench) => {
    const { run } = await bench.create(bench.run())
    assert.deepEqual(await bench.claimed('a'), [run.id])
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a lease that was renewed before a run was created covers it', async (bench) => {
    await bench.claim('a')
    await bench.create(bench.run(), { runner: bench.runnerNamed('a') })
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a run is taken when the lease of its runner has lapsed', async (bench) => {
    const { run } = await bench.create(bench.run())
    await bench.claim('a', { leaseMs })
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.claimed('b'), [run.id])
  }),
  storeCase('every claim renews the lease, also one of nothing', async (bench) => {
    await bench.create(bench.run())
    await bench.claim('a', { leaseMs })
    await bench.claim('a', { limit: 0, leaseMs: longLeaseMs })
    await bench.advance(lapseMs)
    assert.deepEqual(await bench.claimed('b'), [])
  }),
  storeCase('a limit of 0 takes nothing', async (bench) => {
    await bench.create(bench.run())
    await bench.create(bench.run(), { status: 'pending', wakeInMs: 0 })
    assert.deepEqual(await bench.claimed('b', { limit: 0 }), [])
  }),
  storeCase('takeovers counts how often a run was taken from a runner', async (bench) => {
    const { run } = await bench.create(bench.run())
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const { runs } = await bench.claim(name, { leaseMs })
      assert.deepEqual(
        runs.map(({ head }) => head.takeovers),
        [index + 1],
      )
      await bench.advance(lapseMs)
    }
    assert.equal((await bench.head(run)).takeovers, 3)
  }),
  storeCase('a run that was handed back is claimed without a takeover', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'pending', { wakeInMs: 0 })
    const { runs } = await bench.claim('b')
    assert.deepEqual(
      runs.map(({ head }) => [head.id, head.takeovers]),
      [[hold.run.id, 0]],
    )
  }),
  storeCase('a claim takes lapsed and due runs, together at most its limit', async (bench) => {
    for (let index = 0; index < 4; index++) {
      await bench.create(bench.run())
      await bench.create(bench.run(), { status: 'pending', wakeInMs: 0 })
    }
    const pages = [await bench.claimed('b', { limit: 3 }), await bench.claimed('c', { limit: 3 })]
    assert.deepEqual(
      pages.map(({ length }) => length),
      [3, 3],
    )
    const all = [...pages.flat(), ...(await bench.claimed('d'))]
    assert.equal(all.length, 8)
    assert.equal(new Set(all).size, 8)
  }),
  storeCase('due runs of several versions that are beyond the limit stay due', async (bench) => {
    const workflows = [1, 2, 3].map((version) => ({ workflow: bench.workflow, version }))
    for (const { version } of workflows) {
      for (const name of ['a', 'b']) {
        await bench.create(bench.run(`${name} ${version}`), { version, status: 'pending', wakeInMs: 0 })
      }
    }
    const claimed: string[] = []
    for (const limit of [1, 2, 2, 5]) claimed.push(...(await bench.claimed('a', { workflows, limit })))
    assert.deepEqual(claimed.sort(), ['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3'])
  }),
  storeCase('due runs are taken in the order of their times', async (bench) => {
    const due = [
      ['third', 100],
      ['first', 0],
      ['second', 50],
    ] as const
    // In one call, so that a slow store does not set them apart.
    await bench.port.append(
      due.map(([id, wakeInMs]) => bench.createWrite(bench.run(id), { status: 'pending', wakeInMs })),
    )
    await bench.advance(lapseMs)
    const order = [await bench.claimed('a', { limit: 1 }), await bench.claimed('a', { limit: 1 })]
    assert.deepEqual([...order, await bench.claimed('a')], [['first'], ['second'], ['third']])
  }),
  storeCase('only runs of the named workflow versions are taken', async (bench) => {
    const other = `${bench.workflow}, another`
    await bench.create(bench.run('one'), { version: 1 })
    await bench.create(bench.run('two'), { version: 2, status: 'pending', wakeInMs: 0 })
    await bench.create(bench.run('other'), { workflow: other, version: 3 })
    assert.deepEqual(await bench.claimed('a', { workflows: [] }), [])
    assert.deepEqual(await bench.claimed('a', { workflows: [{ workflow: other, version: 2 }] }), [])
    const workflows = [
      { workflow: bench.workflow, version: 2 },
      { workflow: other, version: 3 },
    ]
    assert.deepEqual((await bench.claimed('a', { workflows })).sort(), ['other', 'two'])
    assert.deepEqual(await bench.claimed('a'), ['one'])
  }),
  storeCase('a run that needs attention is only taken by name', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.move(hold, 'needs-attention', { wakeInMs: 0 })
    assert.deepEqual(await bench.claimed('b'), [])
    const { runs } = await bench.claim('b', { take: [hold.run] })
    assert.deepEqual(
      runs.map(({ head }) => [head.id, head.status, head.takeovers]),
      [[hold.run.id, 'running', 0]],
    )
  }),
  storeCase('an ended run is never taken, not even by name', async (bench) => {
    const runs = (['succeeded', 'partial', 'failed', 'cancelled'] as const).map((status) => ({
      status,
      run: bench.run(),
    }))
    for (const { run, status } of runs) await bench.createEnded(run, status)
    assert.deepEqual(await bench.claimed('b', { take: runs.map(({ run }) => run) }), [])
  }),
  storeCase('a runner does not take its own running runs', async (bench) => {
    const { run } = await bench.create(bench.run())
    assert.deepEqual(await bench.claimed('a', { runner: { name: bench.runner } }), [])
    assert.equal((await bench.head(run)).token, 1)
  }),
  storeCase('a claim of many runs takes them all', async (bench) => {
    const runs = Array.from({ length: 300 }, () => bench.run())
    await bench.port.append(runs.map((run) => bench.createWrite(run)))
    const claimed = await bench.claimed('b')
    assert.deepEqual(claimed.sort(), runs.map(({ id }) => id).sort())
  }),
  storeCase('the time that a claim tells is the one of the store', async (bench) => {
    const { now } = await bench.claim('a', { limit: 0 })
    await bench.advance(lapseMs)
    const later = (await bench.claim('a', { limit: 0 })).now
    assert(later - now >= lapseMs / 2 && Number.isSafeInteger(later))
  }),
]
