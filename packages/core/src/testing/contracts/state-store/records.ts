import assert from 'node:assert/strict'
import { accepted, record, refused, storeCase } from './workbench.js'

/** What becomes of records that come twice, late, or many at once. */
export const recordCases = [
  storeCase('the first record with a key wins', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('a', { body: '1' })] })
    const again = accepted(await bench.write(hold, [record('a', { body: '2', attempt: 9 })]))
    assert.equal(again.fresh, 0)
    const stored = await bench.records(hold.run)
    assert.deepEqual(
      stored.map(({ key, body, attempt }) => [key, body, attempt]),
      [['a', '1', 1]],
    )
  }),
  storeCase('the first record with a key wins also within one write', async (bench) => {
    const hold = await bench.create(bench.run())
    const { fresh } = accepted(await bench.write(hold, [record('a', { body: '1' }), record('a', { body: '2' })]))
    assert.equal(fresh, 1)
    assert.deepEqual(
      (await bench.records(hold.run)).map(({ body }) => body),
      ['1'],
    )
  }),
  storeCase('fresh counts the records that are new', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('b')] })
    const outcome = accepted(await bench.write(hold, [record('a'), record('b'), record('c')]))
    assert.equal(outcome.fresh, 2)
    assert.deepEqual((await bench.keys(hold.run)).sort(), ['a', 'b', 'c'])
  }),
  storeCase('equal keys of two runs are two records', async (bench) => {
    const one = await bench.create(bench.run(), { records: [record('a', { body: '1' })] })
    const other = await bench.create(bench.run())
    assert.equal(accepted(await bench.write(other, [record('a', { body: '2' })])).fresh, 1)
    assert.deepEqual(
      (await bench.records(one.run)).map(({ body }) => body),
      ['1'],
    )
    assert.deepEqual(
      (await bench.records(other.run)).map(({ body }) => body),
      ['2'],
    )
  }),
  storeCase('records are numbered in the order in which they were stored', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('z'), record('m')] })
    accepted(await bench.write(hold, [record('y'), record('b')]))
    accepted(await bench.signal(hold.run, 'x'))
    accepted(await bench.write(hold, [record('c'), record('a')]))
    const stored = await bench.records(hold.run)
    assert.deepEqual(
      stored.map(({ key }) => key),
      ['z', 'm', 'y', 'b', 'x', 'c', 'a'],
    )
    assert.equal(new Set(stored.map(({ number }) => number)).size, 7)
  }),
  storeCase('writes to one run at once take effect one after the other', async (bench) => {
    const hold = await bench.create(bench.run())
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? bench.port : bench.other).append([
          { kind: 'held', hold, records: [record(`${index} first`), record(`${index} second`), record('of all')] },
        ]),
      ),
    )
    const fresh = outcomes.map(([outcome]) => accepted(outcome).fresh)
    assert.equal(fresh.filter((count) => count === 3).length, 1)
    const keys = (await bench.keys(hold.run)).filter((key) => key !== 'of all')
    assert.equal(keys.length, 100)
    for (let index = 0; index < 100; index += 2) {
      assert.equal(keys[index + 1], keys[index]?.replace('first', 'second'), 'the records of two writes are mixed')
    }
  }),
  storeCase('a write that is sent again with retry is stored once', async (bench) => {
    const hold = await bench.create(bench.run())
    const records = [record('a', { body: '1' }), record('b', { body: '2' })]
    accepted(await bench.write(hold, records))
    const again = accepted(await bench.write(hold, records, { retry: true }))
    assert.deepEqual({ fresh: again.fresh, hold: again.hold }, { fresh: 0, hold })
    assert.deepEqual(
      (await bench.records(hold.run)).map(({ key, body }) => [key, body]),
      [
        ['a', '1'],
        ['b', '2'],
      ],
    )
  }),
  storeCase('a write that was never stored is stored when it is sent again with retry', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('a')] })
    const outcome = accepted(await bench.write(hold, [record('a'), record('b')], { retry: true }))
    assert.equal(outcome.fresh, 1)
    assert.deepEqual(await bench.keys(hold.run), ['a', 'b'])
  }),
  storeCase('a write whose move was stored is refused when it is sent again, and the head tells', async (bench) => {
    const hold = await bench.create(bench.run())
    const move = { status: 'succeeded', output: '1', seen: 0 } as const
    accepted(await bench.write(hold, [record('a')], { move }))
    const { head } = refused(await bench.write(hold, [record('a')], { move, retry: true }))
    const { status, output, runner } = head ?? {}
    assert.deepEqual({ status, output, runner }, { status: 'succeeded', output: '1', runner: bench.runner })
    assert.equal((await bench.head(hold.run)).token, 2)
    assert.deepEqual(await bench.keys(hold.run), ['a'])
  }),
  storeCase('times are whole milliseconds of the store that never go back', async (bench) => {
    const before = (await bench.claim('a', { limit: 0 })).now
    const hold = await bench.create(bench.run(), { records: [record('a')] })
    await bench.advance(30)
    accepted(await bench.write(hold, [record('b')]))
    await bench.move(hold, 'succeeded')
    const after = (await bench.claim('a', { limit: 0 })).now
    const { createdAt, endedAt = 0 } = await bench.head(hold.run)
    const [first, second] = await bench.records(hold.run)
    const times = [before, createdAt, first?.at ?? 0, second?.at ?? 0, endedAt, after]
    assert.deepEqual(
      times.map(Number.isSafeInteger),
      times.map(() => true),
    )
    assert.deepEqual(
      times,
      [...times].sort((one, other) => one - other),
    )
    assert(after - before >= 20, 'the time of the store does not pass')
  }),
]
