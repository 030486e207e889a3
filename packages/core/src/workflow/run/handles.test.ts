import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const calls: unknown[] = []
const tools = agent('tools', {
  note: operation({ input: any, output: any, run: (input) => (calls.push(input), input) }),
  hang: operation({ input: any, output: any, run: () => new Promise<never>(() => {}) }),
  spend: operation({
    input: any,
    output: any,
    run: async (times, { ask }) => {
      for (let turn = 0; turn < times; turn++) await ask(tools.note, turn)
      return times
    },
  }),
})
const quick = workflow('quick', { input: z.object({ n: z.number().default(1) }), output: any })
  .step('one', tools.note)
  .output(['one'], ({ steps }) => steps.one)
const endless = workflow('endless', { input: any, output: any })
  .step('one', tools.hang, { timeoutMs: 1_000_000_000 })
  .output(['one'], ({ steps }) => steps.one)
const spending = workflow('spending', { input: any, output: any, budget: { calls: 10 } })
  .step('one', tools.spend)
  .step('two', tools.spend)
  .output(['two'], ({ steps }) => steps.two)
const limited = workflow('limited', { input: any, output: any, deadlineMs: 1_000 })
  .step('one', tools.hang, { timeoutMs: 1_000_000_000 })
  .output(['one'], ({ steps }) => steps.one)
const workflows = [quick, endless, spending, limited]

test('a run that is started twice with one id and input is one run', async () => {
  calls.length = 0
  await using t = await createTestOrchestrator({ workflows })
  const [one, other] = await Promise.all([t.start(quick, { n: 5 }, { id: 'a' }), t.start(quick, { n: 5 }, { id: 'a' })])
  expect([one.id, other.id]).toEqual(['a', 'a'])
  expect(await one.result()).toMatchObject({ output: { n: 5 } })
  expect(await other.result()).toMatchObject({ output: { n: 5 } })
  expect(await (await t.start(quick, { n: 5 }, { id: 'a' })).result()).toMatchObject({ output: { n: 5 } })
  expect(await t.run(quick, { n: 5 }, { id: 'a' })).toMatchObject({ status: 'succeeded', runId: 'a' })
  expect(calls).toEqual([{ n: 5 }])
})

test('input that comes to the same by its schema is the same', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(quick, {}, { id: 'a' })
  expect(await t.run(quick, { n: 1 }, { id: 'a' })).toMatchObject({ status: 'succeeded' })
})

test('another input, or another workflow, under the id of a run is a conflict, while it runs and later', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(quick, { n: 1 }, { id: 'a' })
  await expect(t.start(quick, { n: 2 }, { id: 'a' })).rejects.toMatchObject({
    code: 'workflow.conflict',
    message: expect.stringContaining('There is a run a already, with another input.') as string,
  })
  expect(await t.run(quick, { n: 2 }, { id: 'a' })).toMatchObject({
    status: 'failed',
    failure: { code: 'workflow.conflict' },
  })
  await expect(t.start(endless, { n: 1 }, { id: 'a' })).rejects.toThrow('with the workflow quick')
  const run = await t.start(endless, 1, { id: 'b' })
  await expect(t.start(endless, 2, { id: 'b' })).rejects.toThrow('another input')
  await expect(t.start(quick, { n: 1 }, { id: 'b' })).rejects.toThrow('with the workflow endless')
  await run.cancel()
})

test('one id is another run for another tenant', async () => {
  calls.length = 0
  await using t = await createTestOrchestrator({ workflows })
  await t.run(quick, { n: 1 }, { id: 'a' })
  await t.run(quick, { n: 2 }, { id: 'a', tenant: 'acme' })
  await t.tenant('zoo').run(quick, { n: 3 }, { id: 'a' })
  expect(calls).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('nobody attaches to a run that is not, or to one of another tenant', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(quick, {}, { id: 'a', tenant: 'acme' })
  const unknown = { code: 'workflow.unknown_run', message: expect.stringContaining('There is no run ') as string }
  for (const run of [t.attach(quick, 'nobody'), t.attach(quick, 'a'), t.attach(quick, 'a', { tenant: 'other' })]) {
    await expect(run.result()).rejects.toMatchObject(unknown)
    await expect(run.cancel()).rejects.toMatchObject(unknown)
    await expect(run.resume()).rejects.toMatchObject(unknown)
    await expect(run.rerunFrom('one')).rejects.toMatchObject(unknown)
    await expect(run.events()[Symbol.asyncIterator]().next()).rejects.toMatchObject(unknown)
  }
  expect(await t.tenant('acme').attach(quick, 'a').result()).toMatchObject({ status: 'succeeded' })
  expect(() => t.tenant('acme').attach(quick, 'a', { tenant: 'other' })).toThrow('other')
})

test('a run that is attached to as one of another workflow is told apart', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(quick, {}, { id: 'a' })
  await expect(t.attach(endless, 'a').result()).rejects.toMatchObject({
    code: 'workflow.wrong_workflow',
    message: expect.stringContaining('The run a is one of quick (version 1), not of endless (version 1).') as string,
  })
})

test('waitMs is how long one waits, not how long the run has', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(endless, 1)
  const before = t.elapsedMs()
  expect(await run.result({ waitMs: 5_000 })).toMatchObject({ status: 'running', because: 'stopped-waiting' })
  expect(t.elapsedMs() - before).toBe(5_000)
  expect(await run.result({ waitMs: 0 })).toMatchObject({ status: 'running' })
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'running' })
  await run.cancel()
})

test('whoever waits may stop waiting by a signal; the run goes on', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(endless, 1)
  const stop = new AbortController()
  const result = run.result({ signal: stop.signal })
  stop.abort(new Error('gone'))
  await expect(result).rejects.toThrow('gone')
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'running' })
  await run.cancel()
})

test('a run that takes longer than its deadlineMs fails; the workflow’s own is the most', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(endless, 1, { id: 'a', deadlineMs: 3_000 })
  expect(result).toMatchObject({
    status: 'failed',
    failure: { code: 'workflow.run_timed_out', details: { deadlineMs: 3_000, run: 'a' } },
    steps: { one: { status: 'cancelled' } },
    times: { wallMs: 3_000 },
  })
  expect(await t.run(limited, 1, { deadlineMs: 3_000 })).toMatchObject({ failure: { details: { deadlineMs: 1_000 } } })
  expect(await t.run(limited, 1, { deadlineMs: 500 })).toMatchObject({ failure: { details: { deadlineMs: 500 } } })
})

test('a budget counts all calls of a run together; the workflow’s own is the most', async () => {
  await using t = await createTestOrchestrator({ workflows })
  expect(await t.run(spending, 4)).toMatchObject({ status: 'succeeded' })
  for (const [times, options] of [
    [5, {}],
    [5, { budget: { calls: 100 } }],
    [2, { budget: { calls: 5 } }],
  ] as const) {
    const result = await t.run(spending, times, options)
    expect(result).toMatchObject({ status: 'failed', failedStep: 'two' })
    expect(result.status === 'failed' && result.failure.code).toBe('budget.exceeded')
  }
})
