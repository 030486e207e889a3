import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, logger, operation, stateStore, workflow } from '../../index.js'
import type { StateStore } from '../../ports/index.js'
import { InMemoryStateStore, ManualClock, RecordingLogger } from '../../testing/index.js'

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

async function processOn(store: StateStore, time: ManualClock, known: typeof flow | typeof other = flow) {
  const ports = [bind(clock, time), bind(stateStore, store), bind(logger, new RecordingLogger())]
  return createOrchestrator({ workflows: [known], ports, settings: { journal: { leaseMs: 1_000 } } })
}

/** Waits for something while time passes. */
async function during<Value>(time: ManualClock, promise: Promise<Value>): Promise<Value> {
  let isDone = false
  const told = promise.finally(() => (isDone = true))
  told.catch(() => {})
  for (let turn = 0; !isDone; turn++) {
    if (turn > 300) throw new Error('It is stuck')
    for (let beat = 0; beat < 10; beat++) await new Promise((resolve) => setImmediate(resolve))
    time.advance(50)
  }
  return told
}

test('a run whose end the store has refused goes on once the store takes more', async () => {
  const time = new ManualClock()
  const store = new InMemoryStateStore({ clock: time })
  let isFull = false
  const filling: StateStore = Object.assign(Object.create(store) as InMemoryStateStore, {
    append: async (...call: Parameters<StateStore['append']>) => {
      if (isFull) throw new Error('the disk is full')
      return store.append(...call)
    },
    claim: (...call: Parameters<StateStore['claim']>) => store.claim(...call),
    read: (...call: Parameters<StateStore['read']>) => store.read(...call),
    list: (...call: Parameters<StateStore['list']>) => store.list(...call),
  })
  const o = await processOn(filling, time)
  const run = await during(time, o.start(flow, 'otters'))
  isFull = true
  go()
  expect(await during(time, run.result())).toMatchObject({
    status: 'failed',
    failure: { code: 'journal.record_refused' },
  })
  isFull = false
  const ended = o.attach(flow, run.id).result()
  for (let turn = 0; (await o.runs.get(run.id))?.status !== 'succeeded'; turn++) {
    expect(turn).toBeLessThan(100)
    await during(time, new Promise((resolve) => setImmediate(resolve)))
    go()
  }
  expect(await during(time, ended)).toMatchObject({ status: 'succeeded', output: 'otters' })
  await during(time, o.close())
})

test('the health report tells of runs that nobody here can carry out, and of a store that does not answer', async () => {
  const time = new ManualClock()
  const store = new InMemoryStateStore({ clock: time })
  const one = await processOn(store, time)
  await during(time, one.start(flow, 'otters'))
  await during(time, one.close())
  const two = await processOn(store, time, other)
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
  await during(time, two.close())
})
