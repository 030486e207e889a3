import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, workflow } from '../../index.js'

const any = z.any()
const calls: unknown[] = []
const tools = agent('tools', { echo: operation({ input: any, output: any, run: (input) => (calls.push(1), input) }) })
const flow = workflow('flow', { input: any, output: any })
  .step('one', tools.echo)
  .output(['one'], ({ steps }) => steps.one)
const wide = workflow('wide', { input: any, output: any })
  .map('all', { over: ({ input }) => input as number[], run: tools.echo, with: (item) => item })
  .compute('after', { run: () => 0 })
  .output(() => 'wide')

/** A process whose store does not answer until it is told to. */
async function stuck() {
  calls.length = 0
  const { open, pass, during } = processes()
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const o = await open({
    workflows: [flow, wide],
    settings: { workflow: { maxSteps: 100_000, maxStepsPerRun: 100_000 } },
    async between(method, call) {
      if (method === 'append') await answered
      return call()
    },
  })
  return { o, pass, during, answer }
}

test('where too much waits to be stored, new runs wait, and fail when their time is up, with nothing begun', async () => {
  const { o, pass, during, answer } = await stuck()
  // The first write is under way; what comes after it waits.
  void o.run(flow, 0)
  await pass(50)
  const first = o.run(
    wide,
    Array.from({ length: 11_000 }, (_, index) => index),
  )
  await pass(200)
  expect(calls).toHaveLength(11_001)
  const late = o.run(flow, 1, { id: 'late', deadlineMs: 1_000 })
  const patient = o.run(flow, 2, { id: 'patient' })
  await pass(1_200)
  expect(await late).toMatchObject({
    status: 'failed',
    runId: 'late',
    steps: {},
    failure: { code: 'journal.overloaded', retryable: true },
  })
  expect(calls).toHaveLength(11_001)
  answer()
  await pass(2_000)
  expect(await first).toMatchObject({ status: 'succeeded', output: 'wide' })
  expect(await patient).toMatchObject({ status: 'succeeded', output: 2 })
  expect(await o.runs.get('late')).toBeUndefined()
  await during(o.close())
})
