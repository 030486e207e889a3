import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, operation, orThrow, stateStore, workflow } from '../../index.js'
import { InMemoryStateStore, ManualClock } from '../../testing/index.js'

const any = z.any()
const state = { now: 0, most: 0 }
const busy = operation({
  input: any,
  output: any,
  async run() {
    state.most = Math.max(state.most, ++state.now)
    await new Promise<void>((resolve) => setImmediate(resolve))
    state.now--
  },
})
const one = agent('one', { work: busy })
const two = agent('two', { work: busy })
const wide = workflow('wide', { input: any, output: any })
  .map('first', { over: () => Array.from({ length: 20 }), run: one.work, with: () => 0 })
  .map('second', { after: [], over: () => Array.from({ length: 20 }), run: two.work, with: () => 0 })
  .output(['first', 'second'], () => 0)

async function mostAtOnce(settings: object, runs = 1): Promise<number> {
  state.now = state.most = 0
  await using t = await createOrchestrator({ workflows: [wide], settings: { workflow: settings } })
  const results = await Promise.all(Array.from({ length: runs }, () => t.run(wide, 0)))
  for (const result of results) orThrow(result)
  return state.most
}

test('steps of a run, of all runs and of an agent go on side by side up to their limits', async () => {
  expect(await mostAtOnce({})).toBe(40)
  expect(await mostAtOnce({ maxStepsPerRun: 7 })).toBe(7)
  expect(await mostAtOnce({ maxStepsPerRun: 7 }, 3)).toBe(21)
  expect(await mostAtOnce({ maxSteps: 9 }, 3)).toBe(9)
  expect(await mostAtOnce({ maxStepsPerAgent: 5 }, 3)).toBe(10)
  expect(await mostAtOnce({ parallelThreshold: 1_000 })).toBe(1)
})

test('runs that ended long enough ago are removed, suspended ones never', async () => {
  const time = new ManualClock()
  const store = new InMemoryStateStore({ clock: time })
  const short = workflow('short', { input: any, output: any }).output(() => 'done')
  const long = workflow('long', { input: any, output: any })
    .sleep('days', { ms: 1_000_000_000 })
    .output(() => 'done')
  const orchestrator = await createOrchestrator({
    workflows: [short, long],
    ports: [bind(clock, time), bind(stateStore, store)],
    settings: { journal: { keepEndedMs: 3_600_000, leaseMs: 60_000 } },
  })
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 10_000) {
      time.advance(Math.min(left, 10_000))
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }
  }
  const results = Promise.all([orchestrator.run(short, 1), orchestrator.run(long, 1)])
  await pass(60_000)
  expect((await results).map(({ status }) => status)).toEqual(['succeeded', 'suspended'])
  await pass(3_000_000)
  expect((await orchestrator.runs.list()).runs).toHaveLength(2)
  await pass(1_000_000)
  expect((await orchestrator.runs.list()).runs.map(({ workflow: name }) => name)).toEqual(['long'])
  const closed = orchestrator.close({ drainMs: 0 })
  await pass(100)
  await closed
})
