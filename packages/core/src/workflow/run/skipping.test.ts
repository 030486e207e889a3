import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, type Workflow, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  fail: operation({
    input: any,
    output: any,
    run: () => {
      throw new Error('no')
    },
  }),
})
const base = () => workflow('flow', { input: any, output: any })

async function resultOf(flow: Workflow<unknown, unknown, Readonly<Record<string, unknown>>>, input: unknown = 1) {
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, input, { id: 'it' })
  const later = await t.attach(flow, 'it').result()
  expect(JSON.parse(JSON.stringify(later))).toEqual(JSON.parse(JSON.stringify(result)))
  return result
}

test('a step whose condition does not hold is skipped, and the run succeeds all the same', async () => {
  const flow = base()
    .step('one', tools.echo, { when: ({ input }) => input > 1 })
    .output(({ steps, status }) => ({ steps, status }))
  const result = await resultOf(flow)
  expect(result).toMatchObject({ status: 'succeeded', output: { steps: {}, status: { one: 'skipped' } } })
  expect(result.steps.one).toEqual({ status: 'skipped', because: 'its condition does not hold' })
  expect((await resultOf(flow, 2)).steps.one).toMatchObject({ status: 'succeeded', output: 2 })
})

test('what needs a skipped step is skipped with it, and so on, each with its reason', async () => {
  const { steps } = await resultOf(
    base()
      .step('one', tools.echo, { when: () => false })
      .step('two', tools.echo)
      .step('three', tools.echo)
      .output(() => 0),
  )
  expect(steps).toMatchObject({
    two: { status: 'skipped', because: 'it needs one, which was skipped' },
    three: { status: 'skipped', because: 'it needs two, which was skipped' },
  })
})

test('what needs a step that has failed is skipped where that failure leaves the run going', async () => {
  const result = await resultOf(
    base()
      .step('one', tools.fail, { optional: true })
      .step('two', tools.echo)
      .step('three', tools.echo, { after: ['one?'], with: ({ steps }) => ({ seen: steps.one ?? 'nothing' }) })
      .output(['three'], ({ steps }) => steps.three),
  )
  expect(result).toMatchObject({ status: 'partial', output: { seen: 'nothing' } })
  expect(result.steps.two).toEqual({ status: 'skipped', because: 'it needs one, which has failed' })
})

test('without an after, a step waits for the one before; with an empty one for none', async () => {
  const order: string[] = []
  const note = agent('note', {
    down: operation({
      input: any,
      output: any,
      run: async (_, { step }) => {
        order.push(`${step} begins`)
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
        order.push(`${step} ends`)
      },
    }),
  })
  await resultOf(
    base()
      .step('one', note.down)
      .step('two', note.down)
      .step('three', note.down, { after: [] })
      .output(() => 0),
  )
  expect(order.slice(0, 2)).toEqual(['one begins', 'three begins'])
  expect(order.indexOf('two begins')).toBeGreaterThan(order.indexOf('one ends'))
})

test('only what is named is seen', async () => {
  const result = await resultOf(
    base()
      .step('one', tools.echo)
      .step('two', tools.echo, { with: ({ steps }) => Object.keys(steps) })
      .step('three', tools.echo, { with: ({ steps }) => Object.keys(steps) })
      .output(['three'], ({ steps }) => [steps.three, Object.keys(steps)]),
  )
  expect(result).toMatchObject({ output: [['two'], ['three']] })
})

test('a soft reference waits, too', async () => {
  const result = await resultOf(
    base()
      .sleep('nap', { ms: 1_000 })
      .step('one', tools.echo)
      .step('two', tools.echo, { after: ['one?'], with: ({ steps, run }) => [steps.one, run.elapsedMs >= 1_000] })
      .output(['two'], ({ steps }) => steps.two),
  )
  expect(result).toMatchObject({ output: [1, true] })
})

test('an output over all steps sees what there is', async () => {
  const result = await resultOf(
    base()
      .step('one', tools.echo)
      .step('two', tools.fail, { optional: true })
      .step('three', tools.echo, { when: () => false, after: ['one'] })
      .output(({ steps, status }) => ({ steps, status })),
  )
  expect(result).toMatchObject({
    status: 'partial',
    output: { steps: { one: 1 }, status: { one: 'succeeded', two: 'failed', three: 'skipped' } },
  })
})

test('an output that needs a step without one fails the run, and says why', async () => {
  const skipped = await resultOf(
    base()
      .step('one', tools.echo, { when: () => false })
      .output(['one'], ({ steps }) => steps.one),
  )
  expect(skipped).toMatchObject({ status: 'failed', failure: { code: 'workflow.no_output' } })
  expect(skipped.status === 'failed' && skipped.failure.message).toContain(
    'The output of flow needs the step one, which has none: its condition does not hold.',
  )
  expect(skipped.status === 'failed' && skipped.failedStep).toBeUndefined()
  const failed = await resultOf(
    base()
      .step('one', tools.fail, { optional: true })
      .output(['one'], ({ steps }) => steps.one),
  )
  expect(failed).toMatchObject({ failure: { code: 'workflow.no_output', cause: { code: 'agent.failed' } } })
})

test('a soft output is made without', async () => {
  const result = await resultOf(
    base()
      .step('one', tools.fail, { optional: true })
      .output(['one?'], ({ steps }) => ({ seen: steps.one ?? 'nothing' })),
  )
  expect(result).toMatchObject({ status: 'partial', output: { seen: 'nothing' } })
})

test('an output that does not fit its schema fails the run', async () => {
  const flow = workflow('flow', { input: any, output: z.object({ size: z.number() }) })
    .step('one', tools.echo)
    .output(['one'], ({ steps }) => steps.one)
  const result = await resultOf(flow as never, { size: 'large' })
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.invalid_output' } })
  expect(result.status === 'failed' && result.failure.message).toMatch(/output that flow made .*: size: /)
  expect(result.steps.one).toMatchObject({ status: 'succeeded' })
})

test('an output is as its schema makes it, once', async () => {
  const flow = workflow('flow', { input: any, output: z.string().transform((text) => `${text}!`) })
    .compute('one', { run: () => 'one' })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(flow as never)).toMatchObject({ output: 'one!' })
  const objects = workflow('flow', { input: any, output: z.object({ n: z.number().transform((n) => n + 1) }) })
    .compute('one', { run: () => ({ n: 1 }) })
    .output(['one'], ({ steps }) => steps.one)
  expect(await resultOf(objects as never)).toMatchObject({ output: { n: 2 } })
})
