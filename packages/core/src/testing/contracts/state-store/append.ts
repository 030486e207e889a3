import assert from 'node:assert/strict'
import { accepted, failsWith, given, record, refused, storeCase } from './workbench.js'

/** What an append does with creates and records. */
export const appendCases = [
  storeCase('a created run is read back as it was given', async (bench) => {
    const run = bench.run()
    const head = { input: '{"a":1}', session: 'a session', parent: 'a parent', version: 3, shape: -7 }
    await bench.create(run, head)
    const { ref, createdAt, ...rest } = await bench.head(run)
    assert.equal(typeof ref, 'string')
    assert.equal(Number.isSafeInteger(createdAt), true)
    assert.deepEqual(given(rest), {
      ...run,
      ...head,
      workflow: bench.workflow,
      status: 'running',
      runner: bench.runner,
      token: 1,
      takeovers: 0,
      nudge: 0,
    })
  }),
  storeCase('whoever creates a running run holds it under the token 1', async (bench) => {
    const run = bench.run()
    const { hold, nudge, fresh } = accepted(await bench.send(bench.createWrite(run, { records: [record('a')] })))
    const { ref } = await bench.head(run)
    assert.deepEqual(hold, { run, ref, token: 1, runner: bench.runner })
    assert.deepEqual({ nudge, fresh }, { nudge: 0, fresh: 1 })
  }),
  storeCase('nobody holds a run that was created as pending', async (bench) => {
    const run = bench.run()
    const { hold } = accepted(await bench.send(bench.createWrite(run, { status: 'pending' })))
    assert.equal(hold, undefined)
    assert.equal((await bench.head(run)).status, 'pending')
  }),
  storeCase('a record is read back as it was given', async (bench) => {
    const hold = await bench.create(bench.run())
    const records = (['result', 'failure', 'mark', 'timer', 'signal'] as const).map((kind, index) => ({
      key: `a ${kind}`,
      kind,
      body: `{"kind":${index}}`,
      agent: `agent ${index}`,
      attempt: index + 1,
      tookMs: 10 * index,
    }))
    accepted(await bench.write(hold, records))
    const stored = await bench.records(hold.run)
    assert.deepEqual(
      stored.map(({ number: _number, at: _at, ...rest }) => rest),
      records,
    )
  }),
  storeCase('what was not given is absent when it is read', async (bench) => {
    const run = bench.run()
    await bench.create(run, { records: [record('a')] })
    const head = await bench.head(run)
    const absent = [head.input, head.session, head.parent, head.wakeAt, head.endedAt, head.output, head.failure]
    const [{ body, agent, tookMs } = {}] = await bench.records(run)
    for (const value of [...absent, body, agent, tookMs]) assert.equal(value, undefined)
  }),
  storeCase('what is empty or zero is not absent', async (bench) => {
    const run = bench.run()
    const records = [record('a', { body: '', attempt: 0, tookMs: 0 })]
    const move = { status: 'partial', output: '', failure: '', seen: 0 } as const
    await bench.create(run, { input: '', version: 0, shape: 0, records, move })
    const { input, version, shape, output, failure } = await bench.head(run)
    assert.deepEqual(
      { input, version, shape, output, failure },
      { input: '', version: 0, shape: 0, output: '', failure: '' },
    )
    const [{ body, attempt, tookMs } = {}] = await bench.records(run)
    assert.deepEqual({ body, attempt, tookMs }, { body: '', attempt: 0, tookMs: 0 })
  }),
  storeCase('to create a run that exists is refused, tells its head, and changes nothing', async (bench) => {
    const run = bench.run()
    await bench.create(run, { input: '1', records: [record('a')] })
    const before = await bench.head(run)
    const { head } = refused(await bench.send(bench.createWrite(run, { input: '2', records: [record('b')] })))
    assert.deepEqual(head && given(head), given(before))
    assert.deepEqual(given(await bench.head(run)), given(before))
    assert.deepEqual(await bench.keys(run), ['a'])
  }),
  storeCase('of many creates of one run at once exactly one is accepted', async (bench) => {
    const run = bench.run()
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? bench.port : bench.other).append([
          bench.createWrite(run, { records: [record(`${index}`)] }),
        ]),
      ),
    )
    assert.equal(outcomes.filter(([outcome]) => outcome?.accepted).length, 1)
    assert.equal((await bench.keys(run)).length, 1)
  }),
  storeCase('equal ids of two tenants are two runs', async (bench) => {
    const [one, other] = [bench.run(), { tenant: `${bench.tenant}, another`, id: 'run 1' }]
    await bench.create(one, { records: [record('a')] })
    await bench.create(other, { records: [record('b')] })
    assert.deepEqual([await bench.keys(one), await bench.keys(other)], [['a'], ['b']])
  }),
  storeCase('a run that is created with a move is stored as already moved', async (bench) => {
    const run = bench.run()
    const move = { status: 'succeeded', output: '"out"', seen: 0 } as const
    const outcome = accepted(await bench.send(bench.createWrite(run, { records: [record('a')], move })))
    assert.equal(outcome.hold, undefined)
    const { status, output, endedAt, createdAt, token, ref } = await bench.head(run)
    assert.deepEqual({ status, output, token }, { status: 'succeeded', output: '"out"', token: 2 })
    assert.equal(endedAt !== undefined && endedAt >= createdAt, true)
    assert.deepEqual(await bench.keys(run), ['a'])
    refused(await bench.write({ run, ref, token: 1, runner: bench.runner }, [record('b')]))
  }),
  storeCase('each write is answered, in the order given', async (bench) => {
    const [taken, fresh, absent] = [bench.run(), bench.run(), bench.run()]
    const hold = await bench.create(taken)
    const outcomes = await bench.port.append([
      bench.createWrite(taken, {}),
      bench.createWrite(fresh, { records: [record('a'), record('b')] }),
      { kind: 'signal', run: absent, record: record('s', { kind: 'signal' }) },
    ])
    const second = await bench.port.append([
      { kind: 'held', hold, records: [record('a')] },
      { kind: 'signal', run: fresh, record: record('s', { kind: 'signal' }) },
    ])
    const answers = [...outcomes, ...second].map((outcome) => (outcome.accepted ? outcome.fresh : outcome.head?.id))
    assert.deepEqual(answers, [taken.id, 2, undefined, 1, 1])
  }),
  storeCase('a refused write fails none of its neighbours', async (bench) => {
    const [first, stale, last] = [await bench.create(bench.run()), await bench.create(bench.run()), bench.run()]
    const outcomes = await bench.port.append([
      { kind: 'held', hold: first, records: [record('a')] },
      { kind: 'held', hold: { ...stale, token: stale.token + 7 }, records: [record('a')] },
      bench.createWrite(last, { records: [record('a')] }),
    ])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.accepted),
      [true, false, true],
    )
    assert.deepEqual([await bench.keys(first.run), await bench.keys(last)], [['a'], ['a']])
  }),
  storeCase('nothing of a refused write is stored', async (bench) => {
    const hold = await bench.create(bench.run())
    const move = { status: 'succeeded', output: '1', seen: 0 } as const
    refused(await bench.write({ ...hold, token: hold.token + 7 }, [record('a')], { move }))
    const { status, token, output } = await bench.head(hold.run)
    assert.deepEqual({ status, token, output }, { status: 'running', token: 1, output: undefined })
    assert.deepEqual(await bench.keys(hold.run), [])
  }),
  storeCase('the records and the move of a write are stored together', async (bench) => {
    const hold = await bench.create(bench.run())
    const move = { status: 'succeeded', output: '1', seen: 0 } as const
    accepted(await bench.write(hold, [record('a'), record('b')], { move }))
    assert.equal((await bench.head(hold.run)).status, 'succeeded')
    assert.deepEqual(await bench.keys(hold.run), ['a', 'b'])
  }),
  storeCase('a call in which a run appears twice is refused as a whole', async (bench) => {
    const [hold, other] = [await bench.create(bench.run()), bench.run()]
    await failsWith('journal.invalid_request', () =>
      bench.port.append([
        bench.createWrite(other),
        { kind: 'held', hold, records: [record('a')] },
        { kind: 'signal', run: hold.run, record: record('s', { kind: 'signal' }) },
      ]),
    )
    assert.deepEqual(await bench.keys(hold.run), [])
    assert.equal(await bench.port.read(other, { limit: 1 }), undefined)
  }),
  storeCase('a call without writes does nothing', async (bench) => {
    assert.deepEqual(await bench.port.append([]), [])
  }),
  storeCase('what one client stored is seen by another at once', async (bench) => {
    const hold = await bench.create(bench.run(), { records: [record('a')] })
    accepted(await bench.write(hold, [record('b')]))
    const page = await bench.other.read(hold.run, { limit: 10 })
    assert.deepEqual(page?.records.map(({ key }) => key).sort(), ['a', 'b'])
  }),
]
