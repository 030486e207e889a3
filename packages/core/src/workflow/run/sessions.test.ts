import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const order: string[] = []
const held: (() => void)[] = []
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  hold: operation({
    input: any,
    output: any,
    async run(input) {
      order.push(`${input} begins`)
      await new Promise<void>((resolve) => held.push(resolve))
      order.push(`${input} ends`)
      return input
    },
  }),
})
const Session = z.object({ count: z.number().default(0), last: z.string().optional() })
const counting = workflow('counting', { input: z.string(), output: any, session: Session })
  .step('one', tools.echo, { when: ({ input }) => input !== 'skip' })
  .compute('check', {
    after: ['one?'],
    run: ({ input }) => {
      if (input === 'fail') throw new Error('no')
    },
  })
  .output(['one?'], ({ session }) => session, {
    session: ({ session, input }) => ({ count: session.count + 1, last: input }),
  })
const holding = workflow('holding', { input: z.string(), output: any })
  .step('one', tools.hold, { timeoutMs: 1_000_000_000 })
  .output(['one'], ({ steps }) => steps.one)
const workflows = [counting, holding]

const reset = () => void (order.length = held.length = 0)
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const release = async () => {
  held.shift()?.()
  await turns()
}

test('a run begins with what the run before it left', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const outputs = []
  for (const input of ['a', 'b', 'c']) outputs.push(await t.run(counting, input, { session: 's' }))
  expect(outputs.map((one) => one.ok && one.output)).toEqual([
    { count: 0 },
    { count: 1, last: 'a' },
    { count: 2, last: 'b' },
  ])
})

test('sessions are apart: by name, by tenant, by workflow', async () => {
  const other = workflow('other', { input: z.string(), output: any, session: Session })
    .step('one', tools.echo)
    .output(['one'], ({ session }) => session)
  await using t = await createTestOrchestrator({ workflows: [counting, other] })
  await t.run(counting, 'a', { session: 's' })
  const nothing = { status: 'succeeded', output: { count: 0 } }
  expect(await t.run(counting, 'b', { session: 'r' })).toMatchObject(nothing)
  expect(await t.run(counting, 'b', { session: 's', tenant: 'acme' })).toMatchObject(nothing)
  expect(await t.run(other, 'b', { session: 's' })).toMatchObject(nothing)
})

test('a run that fails, or is cancelled, carries the data on', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(counting, 'a', { session: 's' })
  expect(await t.run(counting, 'fail', { session: 's' })).toMatchObject({ status: 'failed' })
  expect(await t.run(counting, 'b', { session: 's', signal: AbortSignal.abort() })).toMatchObject({
    status: 'cancelled',
  })
  expect(await t.run(counting, 'c', { session: 's' })).toMatchObject({ output: { count: 1, last: 'a' } })
})

test('data that a newer version does not take fail its run, and stay as they are', async () => {
  const newer = workflow('counting', { input: z.string(), output: any, session: z.object({ count: z.string() }) })
    .step('one', tools.echo)
    .output(['one'], ({ session }) => session)
    .version(2)
  await using t = await createTestOrchestrator({ workflows: [counting, newer] })
  await t.run(counting, 'a', { session: 's' })
  const result = await t.run(newer, 'b', { session: 's' })
  expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.invalid_input' } })
  expect(result.status === 'failed' && result.failure.message).toContain(
    'The data of the session s, with which counting',
  )
  expect(await t.run(counting, 'c', { session: 's' })).toMatchObject({ output: { count: 1, last: 'a' } })
})

test('a run waits for its turn, in the order of asking', async () => {
  reset()
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const results = ['a', 'b', 'c'].map((input) => t.run(holding, input, { session: 's' }))
  await turns()
  expect(order).toEqual(['a begins'])
  await release()
  expect(order).toEqual(['a begins', 'a ends', 'b begins'])
  await release()
  await release()
  expect(order.filter((one) => one.endsWith('begins'))).toEqual(['a begins', 'b begins', 'c begins'])
  expect((await Promise.all(results)).map((one) => one.ok && one.output)).toEqual(['a', 'b', 'c'])
})

test('a run may be refused while another one is under way', async () => {
  reset()
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const first = t.run(holding, 'a', { session: 's' })
  await turns()
  const refused = await t.run(holding, 'b', { session: 's', whenBusy: 'reject', id: 'b' })
  expect(refused).toMatchObject({ status: 'failed', failure: { code: 'workflow.busy', retryable: true } })
  expect(await t.runs.get('b')).toBeUndefined()
  await release()
  await first
  const next = t.run(holding, 'c', { session: 's', whenBusy: 'reject' })
  await turns()
  await release()
  expect(await next).toMatchObject({ status: 'succeeded' })
})

test('a run may go on beside another one', async () => {
  reset()
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const results = [t.run(holding, 'a', { session: 's' }), t.run(holding, 'b', { session: 's', whenBusy: 'parallel' })]
  await turns()
  expect(order.toSorted()).toEqual(['a begins', 'b begins'])
  await release()
  await release()
  await Promise.all(results)
})

test('a run that is cancelled while it waits for its turn gives its place to the next', async () => {
  reset()
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const first = t.run(holding, 'a', { session: 's' })
  const second = await t.start(holding, 'b', { session: 's' })
  const third = t.run(holding, 'c', { session: 's' })
  await turns()
  const cancelled = second.cancel('no more')
  await turns()
  await t.advance(1_000)
  await cancelled
  expect(await second.result()).toMatchObject({ status: 'cancelled' })
  await release()
  expect(order).toEqual(['a begins', 'a ends', 'c begins'])
  await release()
  expect(await first).toMatchObject({ output: 'a' })
  expect(await third).toMatchObject({ output: 'c' })
})

test('time that a run waits for its turn counts', async () => {
  reset()
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const first = t.run(holding, 'a', { session: 's' })
  await turns()
  const late = t.run(holding, 'b', { session: 's', deadlineMs: 1_000 })
  await turns()
  await t.advance(1_000)
  expect(await late).toMatchObject({ status: 'failed', failure: { code: 'workflow.run_timed_out' } })
  await release()
  expect(await first).toMatchObject({ output: 'a' })
  expect(order).toEqual(['a begins', 'a ends'])
})
