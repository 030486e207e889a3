import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, type RunEvent, signal, type Workflow, workflow } from '../../index.js'
import type { StateStore } from '../../ports/index.js'

const any = z.any()
const go = signal('go', any)
const held: (() => void)[] = []
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  hold: operation({
    input: any,
    output: any,
    run: () => new Promise<string>((resolve) => held.push(() => resolve('let go'))),
  }),
})
const long = () =>
  workflow('flow', { input: any, output: any }).map('many', {
    over: () => Array.from({ length: 50 }, (_, index) => index),
    run: tools.echo,
    with: (item) => item,
  })
const holding = long()
  .step('hold', tools.hold)
  .output(['hold'], ({ steps }) => steps.hold)
const waiting = long()
  .waitFor('go', go)
  .output(['go'], ({ steps }) => steps.go)

/** A worker, and a client that counts the records that it reads. */
async function rig(flow: Workflow<unknown, unknown, Readonly<Record<string, unknown>>>) {
  const { open, pass, during } = processes()
  const worker = await open({ workflows: [flow], role: 'worker' })
  const read = { looks: 0, records: 0 }
  const client = await open({
    workflows: [flow],
    role: 'client',
    async between(method, call) {
      const answer = await call()
      if (method === 'read') {
        read.looks++
        read.records += (answer as Awaited<ReturnType<StateStore['read']>>)?.records.length ?? 0
      }
      return answer
    },
  })
  const run = await during(client.start(flow, 'in'))
  await pass(500)
  return { run, read, pass, during, close: () => during(Promise.all([client.close(), worker.close()])) }
}

test('who waits for a run of another process does not read all its records each time', async () => {
  const { run, read, pass, during, close } = await rig(holding)
  const result = run.result()
  await pass(10_000)
  expect(read.looks).toBeGreaterThan(10)
  for (const resolve of held.splice(0)) resolve()
  expect(await during(result)).toMatchObject({ status: 'succeeded', output: 'let go' })
  // Once when it began to wait, once for the result; and one with each look.
  expect(read.records).toBeLessThan(100 + 10 + read.looks)
  await close()
})

test('who watches a run that waits reads its records again when it goes on', async () => {
  const { run, read, pass, during, close } = await rig(waiting)
  const told: RunEvent[] = []
  const watched = (async () => {
    for await (const event of run.events()) told.push(event)
  })()
  await pass(10_000)
  expect(told).toHaveLength(51)
  expect(read.looks).toBeGreaterThan(10)
  expect(read.records).toBeLessThan(50 + 5 + read.looks)
  await during(run.signal(go, 'went'))
  await during(watched)
  expect(told.at(-2)).toMatchObject({ type: 'step.finished', step: 'go' })
  expect(told.at(-1)).toMatchObject({ type: 'run.finished', result: { status: 'succeeded', output: 'went' } })
  await close()
})
