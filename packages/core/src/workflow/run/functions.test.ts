import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, type Workflow, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => input }) })
const base = () => workflow('flow', { input: any, output: any, session: z.object({ n: z.number().optional() }) })
const oops = (): never => {
  throw new Error('oops')
}
const over = () => [1, 2]
const out = () => 0

type AnyFlow = Workflow<unknown, unknown, Readonly<Record<string, unknown>>>

const throwing: Record<string, AnyFlow> = {
  'with of one': base().step('one', tools.echo, { with: oops }).output(out),
  'when of one': base().step('one', tools.echo, { when: oops }).output(out),
  'run of one': base().compute('one', { run: oops }).output(out),
  'over of one': base()
    .map('one', { over: oops, run: tools.echo, with: (item) => item })
    .output(out),
  'with of one ': base().map('one', { over, run: tools.echo, with: oops }).output(out),
  'key of one': base()
    .map('one', { over, run: tools.echo, with: (item) => item, key: oops })
    .output(out),
  'run of one ': base()
    .map('one', { over, run: oops as () => typeof tools.echo, with: (item) => item })
    .output(out),
  'pick of one': base()
    .map('one', { over, oneOf: tools, pick: oops, with: (item) => item })
    .output(out),
  'until of one': base()
    .loop('one', tools.echo, { max: 3, with: () => 1, until: oops })
    .output(out),
  'with of one  ': base()
    .loop('one', tools.echo, { max: 3, with: oops, until: () => true })
    .output(out),
  'nodes of one': base().plan('one', { operations: tools, nodes: oops, max: 3 }).output(out),
  'ms of one': base().sleep('one', { ms: oops }).output(out),
  'output of the output': base().step('one', tools.echo).output(oops),
  'session of the output': base().step('one', tools.echo).output(['one'], out, { session: oops }),
}

test.each(Object.entries(throwing))('the run fails that calls the function %s, which throws', async (name, flow) => {
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1, { id: 'it', session: 's' })
  expect(result).toMatchObject({
    status: 'failed',
    failure: { code: 'workflow.function_failed', cause: { message: 'oops' } },
  })
  if (result.status !== 'failed') expect.unreachable()
  expect(result.failure.message).toContain(`In the workflow flow the function ${name.trim()} failed: oops.`)
  expect(result.failedStep).toBe(name.includes('the output') ? undefined : 'one')
  const later = await t.attach(flow, 'it').result()
  expect(JSON.parse(JSON.stringify(later))).toEqual(JSON.parse(JSON.stringify(result)))
})

const odd: Record<string, AnyFlow> = {
  "its 'when' returned neither true nor false": base()
    .step('one', tools.echo, { when: (() => Promise.resolve(false)) as never })
    .output(out),
  "its 'over' returned no list": base()
    .map('one', { over: (() => 'text') as never, run: tools.echo, with: (item) => item })
    .output(out),
  "its 'key' did not return a name": base()
    .map('one', { over, run: tools.echo, with: (item) => item, key: (() => 5) as never })
    .output(out),
  "its 'key' returned the same name for two items": base()
    .map('one', { over, run: tools.echo, with: (item) => item, key: () => 'same' })
    .output(out),
  'nothing that it may ask for was chosen for the item 0': base()
    .map('one', { over, oneOf: tools, pick: () => 'toString' as never, with: (item) => item })
    .output(out),
  "its 'until' returned neither true nor false": base()
    .loop('one', tools.echo, { max: 3, with: () => 1, until: (() => undefined) as never })
    .output(out),
  "its 'ms' returned no time": base()
    .sleep('one', { ms: () => Number.NaN })
    .output(out),
}

test.each(Object.entries(odd))('the run fails with what cannot be decided so: %s', async (because, flow) => {
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1)
  expect(result).toMatchObject({ status: 'failed', failedStep: 'one', failure: { code: 'workflow.invalid_choice' } })
  expect(result.status === 'failed' && result.failure.message).toContain(
    `The step one of the workflow flow cannot go on: ${because}.`,
  )
})

test('an optional step may have a function that throws', async () => {
  const flow = base()
    .step('one', tools.echo, { with: oops, optional: true })
    .map('two', { over: oops, run: tools.echo, with: (item) => item, optional: true, after: [] })
    .output(({ steps }) => steps)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, 1)).toMatchObject({
    status: 'partial',
    failures: { one: { code: 'workflow.function_failed' }, two: { code: 'workflow.function_failed' } },
  })
})

test('session data that do not fit fail the run', async () => {
  const flow = base()
    .step('one', tools.echo)
    .output(['one'], out, { session: () => ({ n: 'five' }) as never })
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1, { session: 's' })
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.invalid_output' } })
  expect(result.status === 'failed' && result.failure.message).toContain("The session's data that flow made")
})

const broken = [oops, () => Promise.reject(new Error('oops'))].map(
  (validate) => ({ '~standard': { version: 1, vendor: 'own', validate } }) as never,
)

test.each(broken)('a schema that fails itself fails the run, as one that does not take the value', async (schema) => {
  const asInput = workflow('as-input', { input: schema, output: any }).compute('one', { run: out }).output(out)
  const asOutput = workflow('as-output', { input: any, output: schema })
    .compute('one', { run: out })
    .output(out as never)
  await using t = await createTestOrchestrator({ workflows: [asInput, asOutput] })
  expect(await t.run(asInput, 1 as never)).toMatchObject({
    status: 'failed',
    failure: { code: 'workflow.invalid_input', cause: { message: 'oops' } },
  })
  const result = await t.run(asOutput, 1)
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.invalid_output' } })
  expect(result.status === 'failed' && result.failure.message).toContain('its schema failed: oops')
})
