import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, type PlanNode, operation, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const begun: string[] = []
const tools = agent('tools', {
  add: operation({
    input: z.object({ a: z.number(), b: z.number() }),
    output: z.number(),
    run: ({ a, b }, { step }) => {
      begun.push(step ?? '')
      return a + b
    },
  }),
  fail: operation({
    input: any,
    output: any,
    run: () => {
      throw new Error('no')
    },
  }),
})
const operations = { add: tools.add, fail: tools.fail }
const flow = workflow('flow', { input: any, output: any })
  .plan('plan', { operations, nodes: ({ input }) => input as PlanNode<'add' | 'fail'>[], max: 5 })
  .output(['plan'], ({ steps }) => steps.plan)

async function planned(nodes: unknown) {
  begun.length = 0
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, nodes, { id: 'it' })
  const later = await t.attach(flow, 'it').result()
  expect(JSON.parse(JSON.stringify(later))).toEqual(JSON.parse(JSON.stringify(result)))
  return result
}

const add = (id: string, after?: string[]) => ({ id, operation: 'add', input: { a: 1, b: 2 }, after })

test('a plan is carried out, one node after those that it names', async () => {
  const result = await planned([add('c', ['a', 'b']), add('a'), add('b', ['a'])])
  expect(result).toMatchObject({
    status: 'succeeded',
    output: { a: { item: 'a', ok: true, output: 3 }, b: { ok: true }, c: { ok: true } },
  })
  expect(begun).toEqual(['plan/a', 'plan/b', 'plan/c'])
})

test('a node that fails, and those after it, are told as failed; the others are done', async () => {
  const result = await planned([{ id: 'a', operation: 'fail', input: 1 }, add('b', ['a']), add('c', ['b']), add('d')])
  expect(result).toMatchObject({
    status: 'succeeded',
    output: {
      a: { ok: false, failure: { code: 'agent.failed' } },
      b: { ok: false, failure: { code: 'workflow.dependency_failed', details: { node: 'b', dependency: 'a' } } },
      c: { ok: false, failure: { code: 'workflow.dependency_failed', details: { dependency: 'b' } } },
      d: { ok: true },
    },
  })
})

test('input that its operation does not take fails the node alone', async () => {
  const result = await planned([{ id: 'a', operation: 'add', input: { a: 'one' } }, add('b')])
  expect(result).toMatchObject({ status: 'succeeded', output: { a: { ok: false }, b: { ok: true } } })
  expect(begun).toEqual(['plan/b'])
})

test('an empty plan has an empty output', async () => {
  expect(await planned([])).toMatchObject({ status: 'succeeded', output: {} })
})

const getter = Object.defineProperty({ id: 'a', operation: 'add', input: 1 }, 'after', {
  enumerable: true,
  get: () => [Symbol('odd')],
})

test.each([
  ['no list', 'text', 'it is "text", no list of nodes'],
  ['too many nodes', ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => add(id)), 'it has 6 nodes, and 5 are allowed'],
  ['a node that is none', [null], 'a node has undefined as its id'],
  ['an id that is none', [add('a/b')], 'a node has "a/b" as its id'],
  ['a dangerous id', [add('__proto__')], 'a node has "__proto__" as its id'],
  ['one id twice', [add('a'), add('a')], 'two nodes are called a'],
  ['an unknown operation', [{ ...add('a'), operation: 'rm' }], 'asks for "rm", and only add, fail may be asked for'],
  ['an inherited operation', [{ ...add('a'), operation: 'toString' }], 'asks for "toString"'],
  ['an unknown dependency', [add('a', ['x'])], "the node a waits for 'x', which is no node of it."],
  ['itself as a dependency', [add('a', ['a'])], 'wait for each other: a -> a'],
  ['a cycle', [add('a', ['b']), add('b', ['a']), add('c')], 'wait for each other'],
  ['dependencies that are no list', [{ ...add('a'), after: 'b' }], 'has "b" as its after, and not a list of ids'],
  ['dependencies that are no names', [{ ...add('a'), after: [5] }], 'as its after, and not a list of ids'],
])('a plan with %s is refused before anything of it is begun', async (_name, nodes, because) => {
  const result = await planned(nodes)
  expect(result).toMatchObject({ status: 'failed', failedStep: 'plan', failure: { code: 'workflow.invalid_plan' } })
  expect(result.status === 'failed' && result.failure.message).toContain('The plan of the step plan cannot be run: ')
  expect(result.status === 'failed' && result.failure.message).toContain(because)
  expect(begun).toEqual([])
})

test('what is no plain data is refused, too', async () => {
  const odd = workflow('odd', { input: any, output: any })
    .plan('plan', { operations, nodes: () => [getter] as never, max: 5 })
    .output(['plan'], ({ steps }) => steps.plan)
  await using t = await createTestOrchestrator({ workflows: [odd] })
  begun.length = 0
  expect(await t.run(odd, 1)).toMatchObject({ status: 'failed', failure: { code: 'workflow.invalid_plan' } })
  expect(begun).toEqual([])
})

test('an optional plan that is refused leaves the run going', async () => {
  const soft = workflow('soft', { input: any, output: any })
    .plan('plan', { operations, nodes: ({ input }) => input as PlanNode<'add'>[], max: 1, optional: true })
    .output(['plan?'], ({ steps }) => ({ seen: steps.plan ?? 'nothing' }))
  await using t = await createTestOrchestrator({ workflows: [soft] })
  expect(await t.run(soft, 5)).toMatchObject({
    status: 'partial',
    output: { seen: 'nothing' },
    failures: { plan: { code: 'workflow.invalid_plan' } },
  })
})
