import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, hedge, operation, policy, pool, retry, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const Text = z.object({ text: z.string() })

/** An agent that is never well, and the calls that have reached it. */
function sick(name: string) {
  const calls: number[] = []
  const patient = policy(retry({ attempts: 5, baseMs: 1 }), hedge({ afterMs: 10, idempotent: true }))
  const pay = operation({
    input: Text,
    output: Text,
    async run(_, { attempt }) {
      calls.push(attempt)
      throw Object.assign(new Error('busy'), { status: 503 })
    },
  })
  return { calls, bank: agent(name, { pay }, { policy: patient }) }
}

test('a step that is done at most once is tried once, whatever policy stands around its agent', async () => {
  const { calls, bank } = sick('bank')
  const order = workflow('order', { input: Text, output: Text })
    .step('pay', bank.pay, { atMostOnce: true })
    .output(['pay'], ({ steps }) => steps.pay)
  await using t = await createTestOrchestrator({ workflows: [order] })
  expect(await t.run(order, { text: 'x' })).toMatchObject({ status: 'failed', failedStep: 'pay' })
  expect(calls).toEqual([1])
})

test('nor does a member of a pool try it again', async () => {
  const { calls, bank } = sick('bank')
  const banks = pool('banks', [bank])
  const order = workflow('order', { input: Text, output: Text })
    .step('pay', banks.pay, { atMostOnce: true })
    .output(['pay'], ({ steps }) => steps.pay)
  await using t = await createTestOrchestrator({ workflows: [order] })
  expect(await t.run(order, { text: 'x' })).toMatchObject({ status: 'failed' })
  expect(calls).toEqual([1])
})

test('without it, both do', async () => {
  const { calls, bank } = sick('bank')
  const order = workflow('order', { input: Text, output: Text })
    .step('pay', bank.pay)
    .output(['pay'], ({ steps }) => steps.pay)
  await using t = await createTestOrchestrator({ workflows: [order] })
  await t.run(order, { text: 'x' })
  expect(calls.length).toBeGreaterThan(1)
})
