import assert from 'node:assert/strict'
import type { NewRecord } from '../../../ports/index.js'
import { accepted, record, storeCase } from './workbench.js'

const hostileBodies = [
  '"\\u0000"',
  '"\\ud800 and \\udfff"',
  '{"b":1.0,"a":1e2,"b2":-0,"10":1,"2":2}',
  '[1.10,100000000000000000000000001,0.1e-7]',
  '{ "spaces" : [ ] }\n',
  '"\u2028\u2029\u007f\u0001 é e\u0301 \u{1f600} \ufeff"',
  `"'; drop table runs; -- $1 :x ? %s \\\\ "`,
  'null',
  '""',
  ' ',
]

/** What reading a run gives. */
export const readingCases = [
  storeCase('a run that is not there reads as nothing', async (bench) => {
    const { run } = await bench.create(bench.run())
    assert.equal(await bench.port.read(bench.run(), { limit: 1 }), undefined)
    assert.equal(await bench.port.read({ tenant: `${bench.tenant}, another`, id: run.id }, { limit: 1 }), undefined)
  }),
  storeCase('a run without records reads as its head and an empty page', async (bench) => {
    const { run } = await bench.create(bench.run())
    const page = await bench.port.read(run, { limit: 10 })
    assert.deepEqual([page?.head.id, page?.records, page?.next], [run.id, [], undefined])
  }),
  storeCase('bodies are kept to the last character', async (bench) => {
    for (const [index, body] of hostileBodies.entries()) {
      const run = bench.run(`body ${index}`)
      const move = { status: 'partial', output: body, failure: body, seen: 0 } as const
      await bench.create(run, { input: body, records: [record('a', { body })], move })
      const { input, output, failure } = await bench.head(run)
      const [stored] = await bench.records(run)
      assert.deepEqual([input, output, failure, stored?.body], [body, body, body, body])
    }
  }),
  storeCase('pages of any limit hold each record once', async (bench) => {
    const hold = await bench.create(bench.run())
    const keys = Array.from({ length: 40 }, (_, index) => `${index}`)
    accepted(
      await bench.write(
        hold,
        keys.map((key) => record(key)),
      ),
    )
    for (const limit of [1, 3, 7, 39, 40, 41]) {
      const read = await bench.recordsAsPaged(hold.run, limit)
      assert.deepEqual(read.map(({ key }) => key).sort(), [...keys].sort())
    }
  }),
  storeCase('a few thousand records are read page by page, each once', async (bench) => {
    const hold = await bench.create(bench.run())
    for (let batch = 0; batch < 3; batch++) {
      const records = Array.from({ length: 1_000 }, (_, index) => record(`${batch} ${index}`, { body: `${index}` }))
      assert.equal(accepted(await bench.write(hold, records)).fresh, 1_000)
    }
    const read = await bench.recordsAsPaged(hold.run, 700)
    assert.equal(read.length, 3_000)
    assert.equal(new Set(read.map(({ key }) => key)).size, 3_000)
    assert.equal(new Set(read.map(({ number }) => number)).size, 3_000)
  }),
  storeCase('records that stand are neither skipped nor repeated while others are added', async (bench) => {
    const hold = await bench.create(bench.run())
    const keys = Array.from({ length: 30 }, (_, index) => `m${index}`)
    accepted(
      await bench.write(
        hold,
        keys.map((key) => record(key)),
      ),
    )
    let added = 0
    const read = await bench.recordsAsPaged(hold.run, 4, undefined, async () => {
      if (added++ < 10)
        accepted(
          await bench.write(
            hold,
            ['a', 'm', 'z'].map((name) => record(`${name}${added}+`)),
          ),
        )
    })
    const standing = read.map(({ key }) => key).filter((key) => !key.endsWith('+'))
    assert.deepEqual(standing.sort(), [...keys].sort())
    assert.equal(new Set(read.map(({ key }) => key)).size, read.length)
  }),
  storeCase('records of one kind are read without the others', async (bench) => {
    const kinds = ['result', 'failure', 'mark', 'timer', 'signal'] as const
    const records: NewRecord[] = Array.from({ length: 50 }, (_, index) =>
      record(`${index}`, { kind: kinds[index % 5] ?? 'result' }),
    )
    const hold = await bench.create(bench.run(), { records })
    for (const kind of kinds) {
      const read = await bench.recordsAsPaged(hold.run, 3, kind)
      assert.deepEqual(
        read.map((one) => one.kind),
        Array.from({ length: 10 }, () => kind),
      )
      assert.equal(new Set(read.map(({ key }) => key)).size, 10)
    }
  }),
  storeCase('the last page of records has no next', async (bench) => {
    const { run } = await bench.create(bench.run(), { records: [record('a'), record('b'), record('c')] })
    assert.equal((await bench.port.read(run, { limit: 4 }))?.next, undefined)
    const first = await bench.port.read(run, { limit: 2 })
    assert.equal(typeof first?.next, 'string')
    const last = await bench.port.read(run, { limit: 2, after: first?.next })
    assert.deepEqual([last?.records.length, last?.next], [1, undefined])
  }),
  storeCase('whatever was accepted before a claim is read after it', async (bench) => {
    const hold = await bench.create(bench.run())
    const writes = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? bench.port : bench.other)
        .append([{ kind: 'held', hold, records: [record(`${index}`)] }])
        .then(([outcome]) => (outcome?.accepted ? [`${index}`] : [])),
    )
    const claim = await bench.claim('b', { take: [hold.run] }, bench.other)
    const read = await bench.keys(hold.run)
    const acceptedKeys = (await Promise.all(writes)).flat()
    assert.equal(claim.runs.length, 1)
    assert.deepEqual(read.sort(), acceptedKeys.sort())
    assert.deepEqual((await bench.keys(hold.run)).sort(), read)
  }),
  storeCase('what a caller does to what it gave does not change the store', async (bench) => {
    const run = { tenant: bench.tenant, id: 'given' }
    const records = [{ key: 'a', kind: 'result' as const, attempt: 1, body: '1' }]
    const write = bench.createWrite(run, { records, session: 's', input: '1' })
    await bench.send(write)
    run.id = 'changed'
    for (const one of records) Object.assign(one, { key: 'changed', body: '2' })
    Object.assign(write.head, { session: 'changed', input: '2' })
    const { id, session, input } = await bench.head({ tenant: bench.tenant, id: 'given' })
    assert.deepEqual({ id, session, input }, { id: 'given', session: 's', input: '1' })
    const stored = await bench.records({ tenant: bench.tenant, id: 'given' })
    assert.deepEqual(
      stored.map(({ key, body }) => [key, body]),
      [['a', '1']],
    )
  }),
  storeCase('what a caller does to what it got does not change the store', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('a', { body: '1' })] })
    const page = await bench.port.read(hold.run, { limit: 10 })
    const { heads } = await bench.port.list({ tenant: bench.tenant, limit: 1 })
    const { head: told } = (await bench.send(bench.createWrite(hold.run))) as { head?: object }
    for (const got of [page?.head, ...(page?.records ?? []), ...heads, told, hold.run]) {
      // Where what is got is frozen, to change it fails: as good.
      Reflect.set(got ?? {}, 'body', '2')
      Reflect.set(got ?? {}, 'token', 9)
      Reflect.set(got ?? {}, 'id', 'changed')
    }
    const again = await bench.port.read({ tenant: bench.tenant, id: 'run 1' }, { limit: 10 })
    assert.deepEqual([again?.head.id, again?.head.token, again?.records[0]?.body], ['run 1', 1, '1'])
  }),
]
