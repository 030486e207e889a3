import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, clock, need, operation, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const rig = () => {
  let [now, most] = [0, 0]
  const begun: unknown[] = []
  const tools = agent('tools', {
    echo: operation({ input: any, output: any, run: (input) => input }),
    double: operation({ input: any, output: any, run: (input: number) => input * 2 }),
    work: operation({
      needs: { time: need(clock) },
      input: any,
      output: any,
      async run(input, { time, signal, step }) {
        begun.push(step)
        most = Math.max(most, ++now)
        try {
          if (input === 'bad') throw new Error('bad')
          await new Promise<void>((resolve, reject) => {
            time.schedule(1_000, resolve, true)
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          })
          return input
        } finally {
          now--
        }
      },
    }),
  })
  return { tools, begun, most: () => most }
}
const base = () => workflow('flow', { input: z.array(z.any()), output: any })

test('a map asks for each item, and gives the outputs in the order of the items', async () => {
  const { tools } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.double, with: (item) => item as number })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, [3, 1, 2])).toMatchObject({ status: 'succeeded', output: [6, 2, 4] })
})

test('no more items than its concurrency are at work at once', async () => {
  const { tools, most } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item, concurrency: 3 })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, [1, 2, 3, 4, 5, 6, 7])
  expect(result).toMatchObject({ output: [1, 2, 3, 4, 5, 6, 7], times: { wallMs: 3_000 } })
  expect(most()).toBe(3)
})

test('the settings bound how many items of one run are at work at once', async () => {
  const { tools, most } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow], settings: { workflow: { maxStepsPerRun: 2 } } })
  const result = await t.run(flow, [1, 2, 3, 4])
  expect(result).toMatchObject({ output: [1, 2, 3, 4], times: { wallMs: 2_000 } })
  expect(most()).toBe(2)
})

test('one item that fails fails the map, stops the others, and begins no more', async () => {
  const { tools, begun } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item, concurrency: 3 })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const result = await t.run(flow, [1, 2, 'bad', 3, 4])
  expect(result).toMatchObject({ status: 'failed', failedStep: 'all', failure: { code: 'agent.failed' } })
  expect(result.times.wallMs).toBe(0)
  expect(begun).toEqual(['all[0]', 'all[1]', 'all[2]'])
})

test('a map that settles tells of each item how it ended', async () => {
  const { tools } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item, settle: true })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const settled = [
    { item: 1, ok: true, output: 1, ms: 1_000 },
    { item: 'bad', ok: false, failure: { code: 'agent.failed' }, ms: 0 },
    { item: 2, ok: true, output: 2, ms: 1_000 },
  ]
  const run = await t.start(flow, [1, 'bad', 2])
  expect(await run.result()).toMatchObject({ status: 'succeeded', output: settled })
  expect(await t.attach(flow, run.id).result()).toMatchObject({ output: settled, steps: { all: { output: settled } } })
})

test('an empty list has an empty output', async () => {
  const { tools } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item })
    .map('settled', { over: ({ input }) => input, run: tools.work, with: (item) => item, settle: true })
    .output(({ steps }) => steps)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, [], { id: 'it' })).toMatchObject({ status: 'succeeded', output: { all: [], settled: [] } })
  expect(await t.attach(flow, 'it').result()).toMatchObject({ steps: { all: { output: [] }, settled: { output: [] } } })
})

test('items that are equal are each done', async () => {
  const { tools, begun } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, ['a', 'a', 'a'])).toMatchObject({ output: ['a', 'a', 'a'] })
  expect(begun).toHaveLength(3)
})

test('a key names the record of an item wherever it stands', async () => {
  const { tools, begun } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.work, with: (item) => item, key: (item) => `k-${item}` })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  await t.run(flow, ['b', 'a'], { id: 'it' })
  expect(begun).toEqual(['all[k-b]', 'all[k-a]'])
  const { records = [] } = (await t.runs.history('it')) ?? {}
  expect(records.map(({ key }) => key)).toEqual(['all!', 'all[k-b]', 'all[k-a]'])
})

test('keys that are no names, or look like numbers, are told apart all the same', async () => {
  const { tools } = rig()
  const names = ['a/b', 'a b', '0', '00', 'ä', '\ud800', '\ud801', '__proto__', 'x'.repeat(1_000)]
  const flow = base()
    .map('all', { over: () => names, run: tools.echo, with: (item) => item, key: (item) => item })
    .output(['all'], ({ steps }) => steps.all.length)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, [])).toMatchObject({ status: 'succeeded', output: names.length })
})

test('an item may be given to one of several, as it is picked', async () => {
  const { tools } = rig()
  const oneOf = { echo: tools.echo, double: tools.double }
  const flow = base()
    .map('all', { over: ({ input }) => input, oneOf, pick: (n) => (n > 1 ? 'double' : 'echo'), with: (n) => n })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, [1, 2, 3])).toMatchObject({ output: [1, 4, 6] })
})

test('a map of 2,000 items is done, kept, and read again', async () => {
  const { tools } = rig()
  const flow = base()
    .map('all', { over: ({ input }) => input, run: tools.double, with: (item) => item as number })
    .output(['all'], ({ steps }) => steps.all)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const items = Array.from({ length: 2_000 }, (_, index) => index)
  const output = items.map((item) => item * 2)
  expect(await t.run(flow, items, { id: 'it' })).toMatchObject({ status: 'succeeded', output })
  expect(await t.attach(flow, 'it').result()).toMatchObject({ output, steps: { all: { output } } })
})

test('a map with more items than a run may have records is refused before any is begun', async () => {
  const { tools, begun } = rig()
  const flow = base()
    .map('all', { over: () => Array(100_000).fill(1), run: tools.work, with: (item) => item })
    .output(() => 0)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  expect(await t.run(flow, [])).toMatchObject({ status: 'failed', failure: { code: 'journal.too_many_records' } })
  expect(begun).toEqual([])
})
