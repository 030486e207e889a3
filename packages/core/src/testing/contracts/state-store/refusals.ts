import assert from 'node:assert/strict'
import { type ClaimRequest, largestBody, type NewRecord, type RunQuery, type Write } from '../../../ports/index.js'
import { accepted, failsWith, record, storeCase, type Workbench } from './workbench.js'

const noIdentifiers = ['', 'a\0b', '\ud800', 'x'.repeat(513), '\u{1f600}'.repeat(129), 7 as unknown as string]
const tooLarge = 'x'.repeat(largestBody + 1)

/** Asserts that a call is refused for its last write, and that nothing of it was written. */
async function refusesWhole(bench: Workbench, code: string, last: Write): Promise<void> {
  const [fresh, hold] = [bench.run(), await bench.create(bench.run())]
  await failsWith(code, () =>
    bench.port.append([bench.createWrite(fresh), { kind: 'held', hold, records: [record('a')] }, last]),
  )
  assert.equal(await bench.port.read(fresh, { limit: 1 }), undefined, 'a part of a refused call was written')
  assert.deepEqual(await bench.keys(hold.run), [], 'a part of a refused call was written')
}

/** All the writes in which a record can come. */
async function writesWith(bench: Workbench, one: NewRecord): Promise<Write[]> {
  const hold = await bench.create(bench.run())
  return [
    bench.createWrite(bench.run(), { records: [record('ok'), one] }),
    { kind: 'held', hold, records: [record('ok'), one] },
    { kind: 'signal', run: hold.run, record: { ...one, kind: one.kind === 'result' ? 'signal' : one.kind } },
  ]
}

/** What a store does not take, and that it then does nothing. */
export const refusalCases = [
  storeCase('a body of the largest size is kept', async (bench) => {
    const body = 'x'.repeat(largestBody)
    const hold = await bench.create(bench.run(), { input: body })
    accepted(await bench.write(hold, [record('a', { body })], { move: { status: 'partial', output: body, seen: 0 } }))
    const { input, output } = await bench.head(hold.run)
    assert.equal(input === body && output === body && (await bench.records(hold.run))[0]?.body === body, true)
  }),
  storeCase('a larger body of a record is refused before anything is written', async (bench) => {
    for (const write of await writesWith(bench, record('a', { body: tooLarge }))) {
      await refusesWhole(bench, 'journal.value_too_large', write)
    }
  }),
  storeCase('a larger input, output or failure is refused before anything is written', async (bench) => {
    const hold = await bench.create(bench.run())
    const writes: Write[] = [
      bench.createWrite(bench.run(), { input: tooLarge }),
      bench.createWrite(bench.run(), { move: { status: 'succeeded', output: tooLarge, seen: 0 } }),
      { kind: 'held', hold, records: [], move: { status: 'succeeded', output: tooLarge, seen: 0 } },
      { kind: 'held', hold, records: [], move: { status: 'failed', failure: tooLarge, seen: 0 } },
    ]
    for (const write of writes) await refusesWhole(bench, 'journal.value_too_large', write)
    assert.equal((await bench.head(hold.run)).status, 'running')
  }),
  storeCase('a run is not written under what is no identifier', async (bench) => {
    const hold = await bench.create(bench.run())
    for (const bad of noIdentifiers) {
      for (const run of [
        { tenant: bad, id: 'a' },
        { tenant: bench.tenant, id: bad },
      ]) {
        await refusesWhole(bench, 'identifier.invalid', bench.createWrite(run))
        await refusesWhole(bench, 'identifier.invalid', { kind: 'held', hold: { ...hold, run }, records: [] })
        const signal = record('s', { kind: 'signal' })
        await refusesWhole(bench, 'identifier.invalid', { kind: 'signal', run, record: signal })
      }
    }
  }),
  storeCase('a record is not written under what is no identifier', async (bench) => {
    for (const bad of noIdentifiers) {
      for (const one of [record(bad), record('a', { agent: bad })]) {
        for (const write of await writesWith(bench, one)) await refusesWhole(bench, 'identifier.invalid', write)
      }
    }
  }),
  storeCase('a run does not begin with names that are no identifiers', async (bench) => {
    for (const bad of noIdentifiers) {
      for (const names of [{ workflow: bad }, { session: bad }, { parent: bad }, { runner: bad }]) {
        await refusesWhole(bench, 'identifier.invalid', bench.createWrite(bench.run(), names))
      }
    }
  }),
  storeCase('numbers and names out of bounds are refused before anything is written', async (bench) => {
    const hold = await bench.create(bench.run())
    const strange = 'strange' as 'running'
    const writes: Write[] = [
      ...(await writesWith(bench, record('a', { attempt: -1 }))),
      ...(await writesWith(bench, record('a', { attempt: 1.5 }))),
      ...(await writesWith(bench, record('a', { tookMs: Number.NaN }))),
      ...(await writesWith(bench, record('a', { kind: 'strange' as 'mark' }))),
      ...[{ version: -1 }, { shape: 0.5 }, { status: strange }, { status: 'pending', wakeInMs: -1 } as const].map(
        (head) => bench.createWrite(bench.run(), head),
      ),
      bench.createWrite(bench.run(), { status: 'pending', move: { status: 'succeeded', seen: 0 } }),
      ...[{ wakeInMs: 0.5 }, { seen: -1 }, { status: strange as 'failed' }, { status: 'running' as 'failed' }].map(
        (move): Write => ({ kind: 'held', hold, records: [], move: { status: 'suspended', seen: 0, ...move } }),
      ),
    ]
    for (const write of writes) await refusesWhole(bench, 'journal.invalid_request', write)
  }),
  storeCase('a claim of what cannot be is refused and takes nothing', async (bench) => {
    const { run } = await bench.create(bench.run())
    const requests: Partial<ClaimRequest>[] = [
      { limit: -1 },
      { limit: 1_001 },
      { limit: 0.5 },
      { leaseMs: 0 },
      { leaseMs: 1e15 },
    ]
    for (const request of requests) await failsWith('journal.invalid_request', () => bench.claim('a', request))
    for (const bad of noIdentifiers) {
      const wrong: Partial<ClaimRequest>[] = [
        { runner: { name: bad } },
        { take: [run, { tenant: bench.tenant, id: bad }] },
        {
          workflows: [
            { workflow: bench.workflow, version: 1 },
            { workflow: bad, version: 1 },
          ],
        },
      ]
      for (const request of wrong) await failsWith('identifier.invalid', () => bench.claim('a', request))
    }
    assert.equal((await bench.head(run)).token, 1)
  }),
  storeCase('a page or a list of what cannot be is refused', async (bench) => {
    const { run } = await bench.create(bench.run())
    for (const limit of [0, -1, 1.5, 1_001]) {
      await failsWith('journal.invalid_request', () => bench.port.read(run, { limit }))
    }
    const strange = { statuses: ['strange' as 'running'] }
    const queries: Partial<RunQuery>[] = [
      { limit: 0 },
      { limit: 501 },
      { limit: 0.5 },
      { createdFrom: Number.NaN },
      strange,
    ]
    for (const query of queries) {
      await failsWith('journal.invalid_request', () => bench.port.list({ limit: 1, tenant: bench.tenant, ...query }))
    }
    for (const bad of noIdentifiers) {
      await failsWith('identifier.invalid', () => bench.port.read({ tenant: bad, id: 'a' }, { limit: 1 }))
      await failsWith('identifier.invalid', () => bench.port.list({ tenant: bad, limit: 1 }))
    }
  }),
  storeCase('a cursor that no page has given is refused', async (bench) => {
    const { run } = await bench.create(bench.run())
    await failsWith('journal.invalid_request', () => bench.port.read(run, { limit: 1, after: '' }))
    for (const after of ['', 'no cursor']) {
      await failsWith('journal.invalid_request', () => bench.port.list({ limit: 1, tenant: bench.tenant, after }))
    }
  }),
  storeCase('a delete of what cannot be is refused and removes nothing', async (bench) => {
    await bench.createEnded(bench.run('ended'))
    const statuses = ['succeeded'] as const
    const strange = ['succeeded', 'suspended' as 'failed'] as const
    for (const query of [
      { endedForMs: 0, statuses, limit: 501 },
      { endedForMs: 0, statuses, limit: 0 },
      { endedForMs: -1, statuses, limit: 1 },
      { endedForMs: 0, statuses: strange, limit: 1 },
    ]) {
      await failsWith('journal.invalid_request', () => bench.port.delete(query))
    }
    for (const bad of noIdentifiers) {
      await failsWith('identifier.invalid', () => bench.port.delete({ run: { tenant: bench.tenant, id: bad } }))
    }
    assert.deepEqual(await bench.listed(), ['ended'])
  }),
  storeCase('a call whose signal is aborted rejects with its reason and does nothing', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('a')] })
    const reason = { because: 'nobody waits any more' }
    const call = { signal: AbortSignal.abort(reason) }
    const calls = [
      () => bench.port.append([{ kind: 'held', hold, records: [record('b')] }], call),
      () => bench.port.claim({ runner: { name: 'a' }, leaseMs: 1, workflows: [], limit: 0, take: [hold.run] }, call),
      () => bench.port.read(hold.run, { limit: 1 }, call),
      () => bench.port.list({ limit: 1 }, call),
      () => bench.port.delete({ run: hold.run }, call),
    ]
    for (const one of calls) await assert.rejects(one, (error) => error === reason)
    assert.equal((await bench.head(hold.run)).token, 1)
    assert.deepEqual(await bench.keys(hold.run), ['a'])
  }),
]
