import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, signal, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  next: operation({ input: any, output: any, run: (input: number) => input + 1 }),
  fail: operation({
    input: any,
    output: any,
    run: () => {
      throw new Error('no')
    },
  }),
})
const base = () => workflow('flow', { input: any, output: any })
const inner = workflow('inner', { input: z.number(), output: z.number() })
  .step('next', tools.next)
  .output(['next'], ({ steps }) => steps.next)
const failing = workflow('failing', { input: any, output: any })
  .step('soft', tools.fail, { optional: true })
  .sleep('nap', { ms: 100, after: [] })
  .step('hard', tools.fail)
  .output(() => 0)
const partly = workflow('partly', { input: any, output: any })
  .step('soft', tools.fail, { optional: true })
  .output(({ input }) => input)

test('a loop repeats until its output is what was wanted, each round with the one before', async () => {
  const rounds: unknown[] = []
  const flow = base()
    .loop('grow', tools.next, {
      max: 10,
      with: ({ previous, round, input }) => {
        rounds.push([round, previous])
        return previous ?? input
      },
      until: (output) => output >= 3,
    })
    .output(['grow'], ({ steps }) => steps.grow)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 0, { id: 'it' })).toMatchObject({ status: 'succeeded', output: 3 })
  expect(rounds).toEqual([
    [1, undefined],
    [2, 1],
    [3, 2],
  ])
  expect(await t.attach(flow, 'it').result()).toMatchObject({ output: 3, steps: { grow: { output: 3 } } })
})

test('a loop that has had all its rounds goes on with its last output, or fails', async () => {
  const loop = (whenMaxed?: 'keep' | 'fail') =>
    base()
      .loop('grow', tools.next, {
        max: 2,
        with: ({ previous, input }) => previous ?? input,
        until: () => false,
        ...(whenMaxed && { whenMaxed }),
      })
      .output(['grow'], ({ steps }) => steps.grow)
  for (const flow of [loop(), loop('keep')]) {
    await using t = await createTestOrchestrator({ workflows: [flow] })
    expect(await t.run(flow, 0)).toMatchObject({ status: 'succeeded', output: 2 })
  }
  const flow = loop('fail')
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 0)
  expect(result).toMatchObject({ status: 'failed', failedStep: 'grow', failure: { code: 'workflow.loop_limit' } })
  expect(result.status === 'failed' && result.failure.message).toContain(
    'The loop grow of the workflow flow is not done after 2 rounds.',
  )
})

test('a loop whose last round is what was wanted does not fail', async () => {
  const flow = base()
    .loop('grow', tools.next, { max: 1, with: () => 0, until: (output) => output === 1, whenMaxed: 'fail' })
    .output(['grow'], ({ steps }) => steps.grow)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 0)).toMatchObject({ status: 'succeeded', output: 1 })
})

test('a round that fails fails the loop', async () => {
  const flow = base()
    .loop('grow', tools.fail, { max: 3, with: () => 0, until: () => true })
    .output(() => 0)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 0)).toMatchObject({
    status: 'failed',
    failedStep: 'grow',
    failure: { code: 'agent.failed' },
  })
})

test('a workflow may be repeated', async () => {
  const flow = base()
    .loop('grow', inner, { max: 10, with: ({ previous }) => previous ?? 0, until: (output) => output >= 3 })
    .output(['grow'], ({ steps }) => steps.grow)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 0, { id: 'it' })).toMatchObject({ status: 'succeeded', output: 3 })
  const { records = [] } = (await t.runs.history('it')) ?? {}
  expect(records.map(({ key }) => key)).toEqual(['grow#1/next', 'grow#2/next', 'grow#3/next'])
})

test('a thousand rounds that are recalled at once do not exhaust the stack', async () => {
  const flow = base()
    .loop('grow', tools.next, { max: 1_000, with: ({ previous }) => previous ?? 0, until: () => false })
    .output(['grow'], ({ steps }) => steps.grow)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 0, { id: 'it' })).toMatchObject({ status: 'succeeded', output: 1_000 })
  expect(await t.attach(flow, 'it').result()).toMatchObject({ output: 1_000 })
})

test('a workflow within another one is a part of its run', async () => {
  const flow = base()
    .workflow('one', inner, { with: ({ input }) => input })
    .workflow('two', inner, { with: ({ steps }) => steps.one })
    .output(['two'], ({ steps }) => steps.two)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 5, { id: 'it' })).toMatchObject({ output: 7, steps: { one: { output: 6 } } })
  expect((await t.runs.list()).runs).toHaveLength(1)
})

test('a nested workflow whose input does not fit fails its step', async () => {
  const flow = base()
    .workflow('one', inner, { with: () => 'five' as never })
    .output(() => 0)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 5)
  expect(result).toMatchObject({ status: 'failed', failedStep: 'one', failure: { code: 'workflow.invalid_input' } })
})

test('what fails within a nested workflow fails its step, unless that is mended', async () => {
  const flow = (onFailure?: () => unknown) =>
    base()
      .workflow('one', failing, onFailure === undefined ? {} : { onFailure })
      .output(['one'], ({ steps }) => steps.one)
  const [bare, mended] = [flow(), flow(() => 'mended')]
  await using t = await createTestOrchestrator({ workflows: [bare] })
  expect(await t.run(bare, 1)).toMatchObject({ status: 'failed', failedStep: 'one', failure: { code: 'agent.failed' } })
  await using other = await createTestOrchestrator({ workflows: [mended] })
  const told = { status: 'succeeded', output: 'mended', steps: { one: { output: 'mended', ms: 100 } } }
  expect(await other.run(mended, 1, { id: 'it' })).toMatchObject(told)
  expect(await other.attach(mended, 'it').result()).toMatchObject(told)
})

test('an optional failure within a nested workflow leaves the run partial, under both names', async () => {
  const flow = base()
    .workflow('one', partly)
    .output(['one'], ({ steps }) => steps.one)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const told = { status: 'partial', output: 5, failures: { 'one/soft': { code: 'agent.failed' } } }
  expect(await t.run(flow, 5, { id: 'it' })).toMatchObject(told)
  expect(await t.attach(flow, 'it').result()).toMatchObject(told)
})

test('a wait within a nested workflow is told by both names, and met by the run’s signal', async () => {
  const go = signal('go', z.number())
  const waiting = workflow('waiting', { input: any, output: any })
    .waitFor('go', go)
    .output(['go'], ({ steps }) => steps.go)
  const flow = base()
    .workflow('one', waiting)
    .output(['one'], ({ steps }) => steps.one)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const run = await t.start(flow, 1)
  expect(await run.result()).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'one/go', signal: 'go' }] })
  await run.signal(go, 5)
  expect(await run.result()).toMatchObject({ status: 'succeeded', output: 5 })
})
