import assert from 'node:assert/strict'
import { accepted, record, storeCase } from './workbench.js'

/** Identifiers that a store may stumble over. */
const hostile = [
  'a:b',
  'a/b',
  'a|b',
  'a\u0001b',
  '__proto__',
  'constructor',
  `it's "quoted" \`here\``,
  '; drop table runs; --',
  '$1 ? :x %s %00 \\ \\0 {a} [b] *',
  ' ',
  ' a ',
  '\n',
  '\u{1f600}',
  '\ufeff\u200b',
  'null',
  '0',
  '-1',
  '..',
  'x'.repeat(512),
  '\u{1f600}'.repeat(128),
]

/** Pairs that are equal once their halves are joined with a separator. */
const colliding = [':', '/', '|', '\u0001', '.', '-', '_', ' ', '\u001f', '!', '@', '#'].map(
  (separator) =>
    [
      ['a', `b${separator}c`],
      [`a${separator}b`, 'c'],
    ] as const,
)

/** Different identifiers that a loose comparison takes for equal. */
const similar = ['a', 'A', 'a ', ' a', 'à', 'a\u0300', 'ａ', 'ß', 'ss', 'SS', 'i', 'ı', 'İ', '1', '01', '1.0']

/** How exactly identifiers are kept and told apart. */
export const identifierCases = [
  storeCase('any identifier can name a run', async (bench) => {
    for (const id of hostile) {
      const hold = await bench.create(bench.run(id), { records: [record('a', { body: JSON.stringify(id) })] })
      assert.deepEqual(hold.run, bench.run(id))
      accepted(await bench.write(hold, [record('b')]))
      assert.equal((await bench.records(bench.run(id)))[0]?.body, JSON.stringify(id))
    }
    assert.deepEqual(await bench.listed(), hostile.toReversed())
  }),
  storeCase('any identifier can name a tenant', async (bench) => {
    for (const tenant of hostile) {
      const run = { tenant, id: bench.tenant }
      await bench.create(run, { records: [record('a')] })
      const { heads } = await bench.port.list({ tenant, workflow: bench.workflow, limit: 10 })
      assert.deepEqual(
        heads.map((head) => [head.tenant, head.id]),
        [[tenant, bench.tenant]],
      )
      assert.deepEqual(await bench.keys(run), ['a'])
      assert.equal(await bench.port.delete({ run }), 1)
    }
  }),
  storeCase('any identifier can name a record and its agent', async (bench) => {
    const records = hostile.map((name) => record(name, { agent: name, body: JSON.stringify(name) }))
    const hold = await bench.create(bench.run(), { records })
    assert.equal(accepted(await bench.write(hold, records)).fresh, 0)
    const stored = await bench.recordsAsPaged(hold.run, 3)
    stored.sort((one, other) => one.number - other.number)
    assert.deepEqual(
      stored.map(({ key, agent, body }) => ({ key, agent, body })),
      records.map(({ key, agent, body }) => ({ key, agent, body })),
    )
  }),
  storeCase('any identifier can name a session, a parent and a workflow', async (bench) => {
    for (const name of hostile) {
      await bench.create(bench.run(name), { session: name, parent: name, workflow: name })
      assert.deepEqual(await bench.listed({ session: name }), [name])
      assert.deepEqual(await bench.listed({ parent: name }), [name])
      assert.deepEqual(await bench.listed({ workflow: name }), [name])
      const { session, parent, workflow } = await bench.head(bench.run(name))
      assert.deepEqual({ session, parent, workflow }, { session: name, parent: name, workflow: name })
    }
  }),
  storeCase('any identifier can name a runner', async (bench) => {
    for (const name of hostile) {
      const { run } = await bench.create(bench.run(), { runner: name })
      const { runs } = await bench.claim('', { runner: { name, instance: name, host: name }, take: [run] })
      assert.deepEqual(
        runs.map(({ hold }) => hold.runner),
        [name],
      )
      assert.equal((await bench.head(run)).runner, name)
      await bench.port.delete({ run })
    }
  }),
  storeCase('tenants and ids that are equal when joined are different runs', async (bench) => {
    for (const [[tenantA, idA], [tenantB, idB]] of colliding) {
      const [one, other] = [
        { tenant: `${bench.tenant} ${tenantA}`, id: idA },
        { tenant: `${bench.tenant} ${tenantB}`, id: idB },
      ]
      await bench.create(one, { records: [record('k', { body: '1' })] })
      await bench.create(other, { records: [record('k', { body: '2' })] })
      const bodies = [...(await bench.records(one)), ...(await bench.records(other))].map(({ body }) => body)
      assert.deepEqual(bodies, ['1', '2'])
      assert.equal(await bench.port.delete({ run: one }), 1)
      assert.deepEqual(
        (await bench.records(other)).map(({ body }) => body),
        ['2'],
      )
    }
  }),
  storeCase('runs and keys that are equal when joined are different records', async (bench) => {
    for (const [[idA, keyA], [idB, keyB]] of colliding) {
      const [a, b] = [await bench.create(bench.run(idA)), await bench.create(bench.run(idB))]
      assert.equal(accepted(await bench.write(a, [record(keyA, { body: '1' })])).fresh, 1)
      assert.equal(accepted(await bench.write(b, [record(keyB, { body: '2' })])).fresh, 1)
      assert.deepEqual(
        (await bench.records(a.run)).map(({ key, body }) => [key, body]),
        [[keyA, '1']],
      )
      assert.deepEqual(
        (await bench.records(b.run)).map(({ key, body }) => [key, body]),
        [[keyB, '2']],
      )
      for (const { run } of [a, b]) await bench.port.delete({ run })
    }
  }),
  storeCase('tenants and sessions that are equal when joined are different sessions', async (bench) => {
    for (const [[tenantA, sessionA], [tenantB, sessionB]] of colliding) {
      const [one, other] = [`${bench.tenant} ${tenantA}`, `${bench.tenant} ${tenantB}`]
      await bench.create({ tenant: one, id: `${sessionA} 1` }, { session: sessionA, parent: sessionA })
      await bench.create({ tenant: other, id: `${sessionB} 2` }, { session: sessionB, parent: sessionB })
      assert.deepEqual(await bench.listed({ tenant: one, session: sessionA }), [`${sessionA} 1`])
      assert.deepEqual(await bench.listed({ tenant: other, parent: sessionB }), [`${sessionB} 2`])
    }
  }),
  storeCase('similar identifiers are not equal', async (bench) => {
    for (const id of similar) await bench.create(bench.run(id), { session: id, records: [record('a', { body: id })] })
    for (const id of similar) {
      assert.deepEqual(await bench.listed({ session: id }), [id])
      assert.deepEqual(
        (await bench.records(bench.run(id))).map(({ body }) => body),
        [id],
      )
    }
    const hold = await bench.create(bench.run('keys'), { records: similar.map((key) => record(key)) })
    assert.deepEqual(await bench.keys(hold.run), similar)
  }),
]
