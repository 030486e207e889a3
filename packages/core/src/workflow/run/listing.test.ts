import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, signal, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const calls: string[] = []
const tools = agent('tools', {
  add: operation({
    input: any,
    output: any,
    run: (input: number, { step }) => {
      calls.push(step ?? '')
      return input + 1
    },
  }),
})
const ok = signal('ok', z.number())
const sum = workflow('sum', { input: z.number(), output: any })
  .step('one', tools.add)
  .step('two', tools.add, { with: ({ steps }) => steps.one })
  .step('beside', tools.add, { after: ['one'], with: ({ steps }) => steps.one * 100 })
  .step('three', tools.add, { after: ['two'], with: ({ steps }) => steps.two })
  .output(['three', 'beside'], ({ steps }) => [steps.three, steps.beside])
const waiting = workflow('waiting', { input: any, output: any })
  .waitFor('ok', ok)
  .step('after', tools.add, { with: ({ steps }) => steps.ok })
  .output(['after'], ({ steps }) => steps.after)
const mapped = workflow('mapped', { input: any, output: any })
  .map('all', { over: () => [1, 2], run: tools.add, with: (item) => item })
  .compute('total', { run: ({ steps }) => steps.all.length })
  .output(['total'], ({ steps }) => steps.total)
const workflows = [sum, waiting, mapped]

const ids = ({ runs }: { readonly runs: readonly { readonly id: string }[] }) => runs.map(({ id }) => id)

test('a list shows the newest first, and has pages', async () => {
  await using t = await createTestOrchestrator({ workflows })
  for (const id of ['a', 'b', 'c', 'd', 'e']) await t.run(sum, 1, { id })
  const first = await t.runs.list({ limit: 2 })
  const second = await t.runs.list({ limit: 2, after: first.next as string })
  await t.run(sum, 1, { id: 'later' })
  const third = await t.runs.list({ limit: 2, after: second.next as string })
  expect([ids(first), ids(second), ids(third)]).toEqual([['e', 'd'], ['c', 'b'], ['a']])
  expect(third.next).toBeUndefined()
})

test('a list is of those that are wanted', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const startedAt = t.clock.now()
  await t.run(sum, 1, { id: 'a' })
  await t.run(sum, 1, { id: 'b', tenant: 'acme' })
  await t.advance(1_000)
  await t.run(waiting, 1, { id: 'c', session: 's' })
  await t.run(waiting, 1, { id: 'd', session: 's', tenant: 'acme' })
  const list = async (filter: Parameters<typeof t.runs.list>[0]) => ids(await t.runs.list(filter))
  expect(await list({})).toEqual(['d', 'c', 'b', 'a'])
  expect(await list({ tenant: 'acme' })).toEqual(['d', 'b'])
  expect(await list({ tenant: null })).toEqual(['c', 'a'])
  expect(await list({ workflow: 'sum' })).toEqual(['b', 'a'])
  expect(await list({ status: 'suspended' })).toEqual(['d', 'c'])
  expect(await list({ status: ['suspended', 'succeeded'], tenant: 'acme' })).toEqual(['d', 'b'])
  expect(await list({ status: 'failed' })).toEqual([])
  expect(await list({ session: 's' })).toEqual(['c'])
  expect(await list({ session: 's', tenant: 'acme' })).toEqual(['d'])
  expect(await list({ createdFrom: new Date(startedAt + 500) })).toEqual(['d', 'c'])
  expect(await list({ createdBefore: new Date(startedAt + 500) })).toEqual(['b', 'a'])
})

test('what cannot be asked for is told', async () => {
  await using t = await createTestOrchestrator({ workflows })
  for (const filter of [
    { limit: 0 },
    { limit: 501 },
    { status: 'done' },
    { createdFrom: 'now' },
    { tenant: '$none' },
  ]) {
    await expect(t.runs.list(filter as never)).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  }
  await expect(t.runs.list({ after: 'nonsense' })).rejects.toMatchObject({ name: 'Failure' })
})

test('a run is got by its id and tenant', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(sum, 1, { id: 'a', tenant: 'acme' })
  expect(await t.runs.get('a', { tenant: 'acme' })).toEqual({
    id: 'a',
    tenant: 'acme',
    workflow: 'sum',
    version: 1,
    status: 'succeeded',
    createdAt: new Date(t.clock.now()),
    endedAt: new Date(t.clock.now()),
    takeovers: 0,
  })
  expect(await t.runs.get('a')).toBeUndefined()
  expect(await t.runs.get('b', { tenant: 'acme' })).toBeUndefined()
})

test('a run that is repeated from a step on does that step and what comes after it, and nothing else', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(sum, 1, { id: 'a' })
  calls.length = 0
  const again = await t.attach(sum, 'a').rerunFrom('two', { id: 'b' })
  expect(await again.result()).toMatchObject({ status: 'succeeded', runId: 'b', output: [4, 201] })
  expect(calls).toEqual(['two', 'three'])
  expect(await t.runs.get('b')).toMatchObject({ parent: 'a' })
  expect(ids(await t.runs.list({ parent: 'a' }))).toEqual(['b'])
  expect(await t.attach(sum, 'a').result()).toMatchObject({ output: [4, 201] })
})

test('what came before may be edited', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(sum, 1, { id: 'a' })
  const run = t.attach(sum, 'a')
  calls.length = 0
  const edited = await run.rerunFrom('two', { edit: { steps: { one: 10 } } })
  expect(await edited.result()).toMatchObject({ output: [12, 201] })
  expect(calls).toEqual(['two', 'three'])
  const other = await run.rerunFrom('one', { edit: { input: 5 } })
  expect(await other.result()).toMatchObject({ output: [8, 601] })
})

test('only what comes before may be edited, and only what there is', async () => {
  await using t = await createTestOrchestrator({ workflows })
  await t.run(sum, 1, { id: 'a' })
  await t.run(mapped, 1, { id: 'm' })
  const run = t.attach(sum, 'a')
  for (const steps of [{ three: 1 }, { two: 1 }, { unknown: 1 }]) {
    await expect(run.rerunFrom('two', { edit: { steps } as never })).rejects.toMatchObject({
      code: 'workflow.invalid_option',
    })
  }
  await expect(run.rerunFrom('twoo' as never)).rejects.toThrow('"twoo" as its step')
  await expect(run.rerunFrom('one', { edit: { input: 'text' as never } })).rejects.toMatchObject({
    code: 'workflow.invalid_input',
  })
  await expect(t.attach(mapped, 'm').rerunFrom('total', { edit: { steps: { all: [1] } } })).rejects.toThrow(
    'all is a map',
  )
})

test('what a signal brought is there again, and what is repeated waits anew', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(waiting, 1)
  await run.signal(ok, 5)
  expect(await run.result()).toMatchObject({ output: 6 })
  expect(await (await run.rerunFrom('after')).result()).toMatchObject({ status: 'succeeded', output: 6 })
  expect(await (await run.rerunFrom('ok')).result()).toMatchObject({ status: 'suspended' })
})

test('a run that failed is repeated from where it failed', async () => {
  let isBroken = true
  const shaky = agent('shaky', {
    work: operation({
      input: any,
      output: any,
      run: (input) => {
        if (isBroken) throw new Error('broken')
        return input
      },
    }),
  })
  const flow = workflow('flow', { input: z.number(), output: any })
    .step('one', tools.add)
    .step('two', shaky.work, { with: ({ steps }) => steps.one })
    .output(['two'], ({ steps }) => steps.two)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, 1)
  if (result.status !== 'failed' || result.failedStep === undefined) expect.unreachable()
  isBroken = false
  calls.length = 0
  const again = await t.attach(flow, result.runId).rerunFrom(result.failedStep)
  expect(await again.result()).toMatchObject({ status: 'succeeded', output: 2 })
  expect(calls).toEqual([])
})
