import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, declareFailures, operation, workflow } from '../../index.js'

const any = z.any()
let go: () => void = () => {}
const tools = agent('tools', {
  wait: operation({ input: any, output: any, run: (input) => new Promise((resolve) => (go = () => resolve(input))) }),
  echo: operation({ input: any, output: any, run: (input) => input }),
})
const flow = workflow('flow', { input: any, output: any })
  .step('one', tools.wait)
  .step('two', tools.echo)
  .output(['two'], ({ steps }) => steps.two)
const other = workflow('flow', { input: any, output: any })
  .step('one', tools.echo)
  .output(['one'], ({ steps }) => steps.one)
  .version(2)

test('a run whose end the store has refused goes on once the store takes more', async () => {
  const { open, during } = processes()
  let isFull = false
  const o = await open({
    workflows: [flow],
    async between(method, call) {
      if (isFull && method === 'append') throw new Error('the disk is full')
      return call()
    },
  })
  const run = await during(o.start(flow, 'otters'))
  isFull = true
  go()
  expect(await during(run.result())).toMatchObject({
    status: 'failed',
    failure: { code: 'journal.record_refused' },
  })
  isFull = false
  const ended = o.attach(flow, run.id).result()
  for (let turn = 0; (await o.runs.get(run.id))?.status !== 'succeeded'; turn++) {
    expect(turn).toBeLessThan(100)
    await during(new Promise((resolve) => setImmediate(resolve)))
    go()
  }
  expect(await during(ended)).toMatchObject({ status: 'succeeded', output: 'otters' })
  await during(o.close())
})

const diskFailure = declareFailures({
  'disk.full': {
    when: 'There is no space left.',
    retryable: false,
    says: ({ blames }: { readonly blames: 'store' }) => `There is no space left in the ${blames}.`,
    remedy: 'Make space.',
  },
})

test('a run that has begun waits until the store is seen to, and a new one is told at once', async () => {
  const { open, during, time } = processes()
  let isFull = false
  const o = await open({
    workflows: [flow],
    async between(method, call) {
      if (isFull && method === 'append') throw diskFailure('disk.full', { blames: 'store' })
      return call()
    },
  })
  const begun = await during(o.start(flow, 'otters'))
  isFull = true
  go()
  await during(new Promise<void>((resolve) => void time.schedule(3_000, resolve)))
  expect((await o.health()).runs.oldestWaitingMs).toBeGreaterThan(1_000)
  const refused = during(o.start(flow, 'seals'))
  await expect(refused).rejects.toMatchObject({ code: 'journal.record_refused', cause: { code: 'disk.full' } })
  isFull = false
  expect(await during(begun.result())).toMatchObject({ status: 'succeeded', output: 'otters' })
  await during(o.close())
})

test('the health report tells of runs that nobody here can carry out, and of a store that does not answer', async () => {
  const { open, during, store } = processes()
  const one = await open({ workflows: [flow] })
  await during(one.start(flow, 'otters'))
  await during(one.close())
  const two = await open({ workflows: [other] })
  expect(await two.health()).toMatchObject({
    ok: true,
    runs: { inFlight: 0, oldestWaitingMs: 0, store: { ok: true }, unclaimable: 1, unclaimableWorkflows: ['flow@1'] },
  })
  store.list = async () => {
    throw new Error('the database is down')
  }
  expect(await two.health()).toMatchObject({
    ok: false,
    runs: { store: { ok: false, reason: 'the database is down' } },
  })
  await during(two.close())
})
