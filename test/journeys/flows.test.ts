import { agent, operation, orThrow, pool, workflow } from '@baton/core'
import { createTestOrchestrator, fails, real, stub } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { answer, context, executor, generator, rules, schema, summarizer } from './flows/answer.ts'
import * as drafting from './flows/generate.ts'
import { cases, customers, escalations, report } from './flows/report.ts'
import { planner, prices, products, respond, synthesizer } from './flows/respond.ts'

const question = { question: 'How many otters?' }
const db = { query: async (_sql: string, limit: number) => Array.from({ length: Math.min(limit, 3) }, (_, row) => row) }

test('a question becomes a query, rows and a sentence', async () => {
  await using t = await createTestOrchestrator({ workflows: [answer], provide: { db } })
  const result = await t.run(answer, question, { session: 's1', tenant: 'acme' })
  expect(orThrow(result)).toEqual({
    sql: 'select /* How many otters? */',
    rows: [0, 1, 2],
    summary: '3 rows',
    stages: ['context', 'schema', 'sql', 'rows', 'summary'],
  })
  const next = await t.run(answer, { ...question, execute: false }, { session: 's1', tenant: 'acme' })
  expect(orThrow(next)).toEqual({
    sql: 'select /* How many otters? (after select /* How many otters? */) */',
    stages: ['context', 'schema', 'sql'],
  })
  expect(next).toMatchObject({
    status: 'succeeded',
    steps: { rows: { status: 'skipped' }, summary: { status: 'skipped', because: 'it needs rows, which was skipped' } },
  })
})

test('what is optional may fail, and what has a fallback is answered by it', async () => {
  await using t = await createTestOrchestrator({
    workflows: [answer],
    stubs: [
      stub(context.detect, question),
      real(schema.analyze),
      stub(generator.generate, fails('model.busy'), fails('model.busy'), fails('model.busy')),
      real(rules.generate),
      stub(executor.execute, { rows: [1] }),
      stub(summarizer.summarize, fails('model.unavailable', { retryable: false })),
    ],
  })
  const result = await t.run(answer, question)
  expect(result).toMatchObject({
    status: 'partial',
    output: { sql: 'select * from t', rows: [1] },
    failures: { summary: { code: 'model.unavailable' } },
  })
  expect(t.calls(generator.generate)).toHaveLength(3)
  expect(t.calls(rules.generate)).toHaveLength(1)
})

test('a flow of five agents survives a crash at every step', async () => {
  await using t = await createTestOrchestrator({ workflows: [answer], provide: { db } })
  await t.survivesCrashAtEveryStep(answer, question, { session: 's1' })
})

test('who is asked is chosen from a typed set, and those that fail are named', async () => {
  await using t = await createTestOrchestrator({
    workflows: [report],
    stubs: [real(customers.resolve), real(cases.find), stub(escalations.find, fails('icm.down', { retryable: false }))],
  })
  const result = await t.run(report, { request: 'cases and escalations', customer: 'acme' })
  expect(orThrow(result)).toEqual({ lines: ['cases of t-acme'], missing: ['escalations: icm.down'] })
})

test('a proposed graph is carried out, and what becomes of it merged', async () => {
  await using t = await createTestOrchestrator({ workflows: [respond] })
  expect(orThrow(await t.run(respond, { message: 'tea' }))).toEqual({ reply: 'products of tea; prices of tea' })
  expect(t.calls(prices.work)[0]?.message.step).toBe('execute/b')
})

test('a proposal that cannot be made, or carried out, still comes to an honest end', async () => {
  const gone = fails('model.gone', { retryable: false })
  await using direct = await createTestOrchestrator({ workflows: [respond], stubs: [stub(planner.plan, gone)] })
  expect(orThrow(await direct.run(respond, { message: 'tea' }))).toEqual({ reply: 'Cannot plan (model.gone): tea' })

  const circle = ['a', 'b'].map((id, index) => ({
    id,
    operation: 'products' as const,
    input: { task: 'tea' },
    after: [index === 0 ? 'b' : 'a'],
  }))
  await using cyclic = await createTestOrchestrator({
    workflows: [respond],
    stubs: [stub(planner.plan, { nodes: circle })],
  })
  expect(await cyclic.run(respond, { message: 'tea' })).toMatchObject({
    status: 'failed',
    failedStep: 'execute',
    failure: { code: 'workflow.invalid_plan' },
  })
  expect(cyclic.calls(products.work)).toHaveLength(0)
  expect(cyclic.calls(synthesizer.merge)).toHaveLength(0)
})

test('a workflow is repeated within another one until its checks are content', async () => {
  await using t = await createTestOrchestrator({ workflows: [drafting.generate] })
  const result = await t.run(drafting.generate, { query: 'otters', mode: 'train' }, { session: 's1' })
  expect(orThrow(result)).toEqual({ session: 's1', sql: 'select t,n,limit', confidence: 1, total: 32 })
  expect(t.calls(drafting.generator.generate)).toHaveLength(2)
  await t.survivesCrashAtEveryStep(drafting.generate, { query: 'otters', mode: 'train' }, { session: 's1' })
})

test('a step may ask a pool', async () => {
  const find = operation({ input: z.object({ q: z.string() }), output: z.array(z.string()), run: ({ q }) => [q] })
  const searchers = pool('search', [agent('one', { find }), { agent: agent('two', { find }), weight: 1.5 }])
  const reindex = workflow('reindex', { input: z.object({ taskId: z.string() }), output: z.number() })
    .step('find', searchers.find, { with: ({ input }) => ({ q: input.taskId }) })
    .output(['find'], ({ steps }) => steps.find.length)
  await using t = await createTestOrchestrator({ workflows: [reindex] })
  expect(orThrow(await t.run(reindex, { taskId: 'x' }))).toBe(1)
})
