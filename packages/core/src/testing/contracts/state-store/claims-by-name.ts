import assert from 'node:assert/strict'
import { lapseMs, storeCase } from './workbench.js'

/** What a claim takes by name, and takes when others claim at the same time. */
export const namedClaimCases = [
  storeCase('a run is taken by name whatever its lease', async (bench) => {
    const { run } = await bench.create(bench.run())
    await bench.claim('a')
    const { runs } = await bench.claim('b', { limit: 0, take: [run] })
    assert.deepEqual(
      runs.map(({ hold, head }) => [hold.run.id, hold.token, hold.runner, head.takeovers]),
      [[run.id, 3, bench.runnerNamed('b'), 2]],
    )
  }),
  storeCase('runs are taken by name beside the limit', async (bench) => {
    const named = bench.run()
    await bench.create(named, { status: 'pending' })
    for (let index = 0; index < 3; index++) await bench.create(bench.run())
    const claimed = await bench.claimed('b', { limit: 2, take: [named] })
    assert.equal(claimed.length, 3)
    assert.equal(claimed.includes(named.id), true)
  }),
  storeCase('a run that is named and lapsed is taken once', async (bench) => {
    const { run } = await bench.create(bench.run())
    const { runs } = await bench.claim('b', { take: [run, run] })
    assert.deepEqual(
      runs.map(({ hold }) => [hold.run.id, hold.token]),
      [[run.id, 2]],
    )
  }),
  storeCase('names of runs that are not there are passed over', async (bench) => {
    const { run } = await bench.create(bench.run())
    const absent = [bench.run(), { tenant: `${bench.tenant}, another`, id: run.id }]
    assert.deepEqual(await bench.claimed('b', { limit: 0, take: [...absent, run] }), [run.id])
  }),
  storeCase('a run of another workflow version is not taken by name', async (bench) => {
    const { run } = await bench.create(bench.run(), { version: 2 })
    assert.deepEqual(await bench.claimed('b', { take: [run] }), [])
    assert.equal((await bench.head(run)).token, 1)
  }),
  storeCase('a runner can take its own run by name, under a new token', async (bench) => {
    const { run } = await bench.create(bench.run())
    const { runs } = await bench.claim('a', { runner: { name: bench.runner }, take: [run] })
    assert.deepEqual(
      runs.map(({ hold }) => hold.token),
      [2],
    )
  }),
  storeCase('two claims at once never take the same run', async (bench) => {
    const runs = Array.from({ length: 60 }, () => bench.run())
    await bench.port.append(
      runs.map((run, index) => bench.createWrite(run, index % 2 === 0 ? {} : { status: 'pending', wakeInMs: 0 })),
    )
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        bench.claim(`${index}`, { limit: 5 }, index % 2 === 0 ? bench.port : bench.other),
      ),
    )
    const taken = claims.flatMap((claim) => claim.runs.map(({ head }) => head.id))
    // Who claims without waiting may leave runs behind that another was just taking.
    taken.push(...(await bench.claimed('last')))
    assert.deepEqual(taken.sort(), runs.map(({ id }) => id).sort())
  }),
  storeCase('no token is given twice, however many claims take a run at once', async (bench) => {
    const { run } = await bench.create(bench.run())
    const claims = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        bench.claim(`${index}`, { limit: 0, take: [run] }, index % 2 === 0 ? bench.port : bench.other),
      ),
    )
    const tokens = claims.flatMap(({ runs }) => runs.map(({ hold }) => hold.token))
    assert(tokens.length > 0)
    assert.equal(new Set(tokens).size, tokens.length)
    assert.equal((await bench.head(run)).token, Math.max(...tokens))
  }),
  storeCase('a runner that was silent loses only what was taken', async (bench) => {
    const [kept, lost] = [bench.run('kept'), bench.run('lost')]
    await bench.create(kept)
    await bench.create(lost)
    await bench.claim('a', { leaseMs: 200 })
    await bench.advance(lapseMs)
    await bench.claim('b', { limit: 0, take: [lost] })
    await bench.claim('a')
    assert.deepEqual(await bench.claimed('c'), [])
    assert.deepEqual(
      [(await bench.head(kept)).runner, (await bench.head(lost)).runner],
      [bench.runnerNamed('a'), bench.runnerNamed('b')],
    )
  }),
]
