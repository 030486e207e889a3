import { expect, test } from 'vitest'
import { z } from 'zod'
import { signal, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const approved = signal('approved', z.object({ by: z.string() }))
const hour = 3_600_000
const base = () => workflow('flow', { input: any, output: any })
const single = base()
  .waitFor('answer', approved)
  .output(['answer'], ({ steps }) => steps.answer)
const twice = base()
  .waitFor('first', approved)
  .waitFor('second', approved)
  .output(({ steps }) => steps)
const beside = base()
  .waitFor('first', approved, { after: [] })
  .waitFor('second', approved, { after: [] })
  .output(({ steps }) => steps)
const late = base()
  .sleep('nap', { ms: 1_000 })
  .waitFor('answer', approved)
  .output(['answer'], ({ steps }) => steps.answer)

test('a run waits for its signal, and goes on with what came', async () => {
  await using t = await createTestOrchestrator({ workflows: [single] })
  const run = await t.start(single, 1)
  expect(await run.result()).toMatchObject({
    status: 'suspended',
    waitingFor: [{ step: 'answer', signal: 'approved' }],
  })
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'suspended' })
  await run.signal(approved, { by: 'me' })
  expect(await run.result()).toMatchObject({ status: 'succeeded', output: { by: 'me' } })
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'succeeded', takeovers: 0 })
})

test('a signal that comes before the step waits is kept', async () => {
  await using t = await createTestOrchestrator({ workflows: [late] })
  const run = await t.start(late, 1)
  await run.signal(approved, { by: 'early' })
  expect(await run.result()).toMatchObject({ status: 'succeeded', output: { by: 'early' } })
})

test('two waits for one name take two signals, the oldest first', async () => {
  for (const flow of [twice, beside]) {
    await using t = await createTestOrchestrator({ workflows: [flow] })
    const run = await t.start(flow, 1)
    await run.signal(approved, { by: 'a' })
    expect(await run.result()).toMatchObject({
      status: 'suspended',
      steps: { first: { status: 'succeeded', output: { by: 'a' } } },
      waitingFor: [{ step: 'second', signal: 'approved' }],
    })
    await run.signal(approved, { by: 'b' })
    const output = { first: { by: 'a' }, second: { by: 'b' } }
    expect(await run.result()).toMatchObject({ status: 'succeeded', output })
    expect(await t.attach(flow, run.id).result()).toMatchObject({ status: 'succeeded', output })
  }
})

test('a signal with an id is taken once, however often it is sent', async () => {
  await using t = await createTestOrchestrator({ workflows: [twice] })
  const run = await t.start(twice, 1)
  await run.signal(approved, { by: 'a' }, { id: 'same' })
  await run.signal(approved, { by: 'a' }, { id: 'same' })
  expect(await run.result()).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'second' }] })
  await run.signal(approved, { by: 'late' }, { id: 'same' })
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  await run.signal(approved, { by: 'b' }, { id: 'other' })
  expect(await run.result()).toMatchObject({ output: { first: { by: 'a' }, second: { by: 'b' } } })
})

test('what does not fit the schema of a signal is refused before it is stored', async () => {
  await using t = await createTestOrchestrator({ workflows: [single] })
  const run = await t.start(single, 1)
  await expect(run.signal(approved, { by: 5 } as never)).rejects.toMatchObject({ code: 'workflow.invalid_input' })
  await expect(run.signal(approved, {} as never)).rejects.toThrow('What came with the signal approved')
  expect((await t.runs.history(run.id))?.records).toEqual([])
  expect(await run.result()).toMatchObject({ status: 'suspended' })
})

test('signals that nobody waits for change nothing', async () => {
  const other = signal('other', z.number())
  await using t = await createTestOrchestrator({ workflows: [single] })
  const run = await t.start(single, 1)
  await run.signal(other, 1)
  expect(await run.result()).toMatchObject({ status: 'suspended' })
})

test('a run that has ended takes no signal', async () => {
  await using t = await createTestOrchestrator({ workflows: [single] })
  const run = await t.start(single, 1)
  await run.signal(approved, { by: 'me' })
  await run.result()
  await expect(run.signal(approved, { by: 'me' })).rejects.toMatchObject({
    code: 'workflow.not_open',
    details: { run: run.id, status: 'succeeded' },
  })
  await expect(t.attach(single, 'nobody').signal(approved, { by: 'me' })).rejects.toMatchObject({
    code: 'workflow.unknown_run',
  })
})

test('a wait that takes too long fails, unless that is mended', async () => {
  const flow = base()
    .waitFor('bare', approved, { timeoutMs: hour, optional: true, after: [] })
    .waitFor('mended', approved, { timeoutMs: hour, onFailure: ({ code }) => ({ by: code }), after: [] })
    .waitFor('soon', approved, { timeoutMs: hour, onFailure: async () => ({ by: 'soon' }), after: [] })
    .output(({ steps }) => steps)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const run = await t.start(flow, 1)
  const until = new Date(t.clock.now() + hour)
  expect(await run.result()).toMatchObject({
    status: 'suspended',
    waitingFor: [{ step: 'bare', signal: 'approved', until }, { until }, { until }],
  })
  await t.advance(hour)
  expect(await run.result()).toMatchObject({
    status: 'partial',
    output: { mended: { by: 'workflow.wait_timed_out' }, soon: { by: 'soon' } },
    failures: { bare: { code: 'workflow.wait_timed_out', details: { timeoutMs: hour, signal: 'approved' } } },
  })
})

test('a run sleeps as long as it is told, by its input, too', async () => {
  const flow = base()
    .sleep('nap', { ms: ({ input }) => input })
    .output(['nap'], ({ run }) => run.elapsedMs)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 3_000)).toMatchObject({
    status: 'succeeded',
    output: 3_000,
    steps: { nap: { output: undefined, ms: 3_000, waitedMs: 3_000 } },
  })
  expect(await t.run(flow, 0)).toMatchObject({ status: 'succeeded', output: 0 })
})

test('a long sleep suspends the run, which goes on by itself when it is due', async () => {
  const flow = base()
    .sleep('nap', { ms: hour })
    .output(() => 'awake')
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1, { id: 'it' })
  expect(result).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'nap' }] })
  await t.advance(hour - 1)
  expect(await t.runs.get('it')).toMatchObject({ status: 'suspended' })
  await t.advance(1)
  expect(await t.attach(flow, 'it').result()).toMatchObject({ status: 'succeeded', output: 'awake' })
  expect((await t.attach(flow, 'it').result()).times.wallMs).toBe(hour)
})

test('sleeps end in the order in which they are due', async () => {
  const flow = base()
    .sleep('b', { after: [], ms: 2_000 })
    .sleep('a', { after: [], ms: 1_000 })
    .sleep('c', { after: [], ms: 3_000 })
    .output(() => 0)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  await t.run(flow, 1, { id: 'it' })
  const { records = [] } = (await t.runs.history('it')) ?? {}
  expect(records.filter(({ kind }) => kind === 'result').map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})

test('a wait does not hold up steps beside it', async () => {
  const flow = base()
    .waitFor('answer', approved, { after: [] })
    .sleep('nap', { after: [], ms: 1_000 })
    .compute('after', { after: ['nap'], run: () => 'done' })
    .output(({ steps }) => steps)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1)
  expect(result).toMatchObject({ status: 'suspended', steps: { after: { output: 'done' } } })
  expect(result.status === 'suspended' && result.waitingFor).toEqual([{ step: 'answer', signal: 'approved' }])
})
