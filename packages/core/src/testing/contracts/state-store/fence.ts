import assert from 'node:assert/strict'
import { accepted, given, lapseMs, leaseMs, record, refused, storeCase } from './workbench.js'

/** Whose writes a run takes. */
export const fenceCases = [
  storeCase('a claim fences off the former holder', async (bench) => {
    const hold = await bench.create(bench.run())
    const { runs } = await bench.claim('b')
    assert.equal(runs.length, 1)
    refused(await bench.write(hold, [record('late')]))
    assert.deepEqual(await bench.keys(hold.run), [])
  }),
  storeCase('a former holder cannot end the run of its successor', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.claim('b')
    refused(await bench.write(hold, [], { move: { status: 'failed', seen: 0 } }))
    assert.equal((await bench.head(hold.run)).status, 'running')
  }),
  storeCase('a refused held write is told the head as it stands', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.claim('b')
    const { head } = refused(await bench.write(hold, [record('late')]))
    assert.deepEqual(head && given(head), given(await bench.head(hold.run)))
    assert.equal(head?.runner, bench.runnerNamed('b'))
  }),
  storeCase('a held write to a run that is not there is refused without a head', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.port.delete({ run: hold.run })
    assert.equal(refused(await bench.write(hold, [record('a')])).head, undefined)
    assert.equal(await bench.port.read(hold.run, { limit: 1 }), undefined)
  }),
  storeCase('a holder writes on under the hold it is answered with', async (bench) => {
    const first = await bench.create(bench.run())
    const second = accepted(await bench.write(first, [record('a')])).hold
    assert.deepEqual(second, first)
    assert.deepEqual(accepted(await bench.write(second ?? first, [record('b')])).hold, first)
  }),
  storeCase('a write to a run that nobody holds gives no hold of it', async (bench) => {
    const suspended = await bench.create(bench.run())
    await bench.move(suspended, 'suspended')
    const pending = bench.run()
    await bench.create(pending, { status: 'pending' })
    for (const run of [suspended.run, pending]) {
      const { ref, token, status } = await bench.head(run)
      const { hold } = accepted(await bench.write({ run, ref, token, runner: bench.runner }, [record(status)]))
      assert.deepEqual([hold, (await bench.head(run)).status], [undefined, status])
      assert.deepEqual(await bench.keys(run), [status])
    }
  }),
  storeCase('a move raises the token by one and ends the hold', async (bench) => {
    for (const status of ['pending', 'suspended', 'needs-attention', 'succeeded', 'failed'] as const) {
      const hold = await bench.create(bench.run())
      const { hold: left } = await bench.move(hold, status)
      assert.equal(left, undefined)
      assert.equal((await bench.head(hold.run)).token, hold.token + 1)
      refused(await bench.write(hold, [record('late')]))
    }
  }),
  storeCase('the token alone decides: a lapsed lease refuses nobody', async (bench) => {
    const { run } = await bench.create(bench.run())
    const { runs } = await bench.claim('a', { leaseMs })
    const hold = runs[0]?.hold
    assert(hold)
    await bench.advance(lapseMs)
    accepted(await bench.write(hold, [record('a')]))
    accepted(await bench.write({ ...hold, runner: 'under another name' }, [record('b')]))
    assert.deepEqual(await bench.keys(run), ['a', 'b'])
  }),
  storeCase('a write to a removed run is refused, also when a new run has its id', async (bench) => {
    const hold = await bench.create(bench.run())
    await bench.port.delete({ run: hold.run })
    refused(await bench.write(hold, [record('late')]))
    const next = await bench.create(hold.run)
    assert.equal(next.token, hold.token)
    assert.equal(refused(await bench.write(hold, [record('late')])).head?.ref, next.ref)
    assert.deepEqual(await bench.keys(hold.run), [])
    accepted(await bench.write(next, [record('a')]))
  }),
  storeCase('of many ends of one run at once exactly one is accepted', async (bench) => {
    const hold = await bench.create(bench.run())
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? bench.port : bench.other).append([
          {
            kind: 'held',
            hold,
            records: [record(`${index}`)],
            move: { status: 'succeeded', output: `${index}`, seen: 0 },
          },
        ]),
      ),
    )
    const winners = outcomes.flatMap(([outcome], index) => (outcome?.accepted ? [`${index}`] : []))
    assert.equal(winners.length, 1)
    assert.deepEqual(await bench.keys(hold.run), winners)
    assert.equal((await bench.head(hold.run)).output, winners[0])
  }),
]
