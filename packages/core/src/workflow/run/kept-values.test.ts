import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, bind, operation, signal, stateStore, type Workflow, workflow } from '../../index.js'
import { largestBody } from '../../ports/index.js'
import { createTestOrchestrator, InMemoryStateStore, ManualClock } from '../../testing/index.js'

const any = z.any()
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  grow: operation({ input: z.number(), output: any, run: (length) => ({ text: 'x'.repeat(length) }) }),
  trap: operation({
    input: any,
    output: any,
    run: () => ({
      get odd() {
        throw new Error('it cannot be read')
      },
    }),
  }),
})
const growing = workflow('growing', { input: z.number(), output: any })
  .step('one', tools.grow)
  .output(['one'], ({ steps }) => steps.one)
const growingFirst = workflow('growingFirst', { input: z.number(), output: any })
  .step('one', tools.grow)
  .step('two', tools.echo, { with: () => 0 })
  .output(['one'], ({ steps }) => steps.one)

/** In the store that an orchestrator has by itself, and in one that lasts. */
const stores = () => [[], [bind(stateStore, new InMemoryStateStore({ clock: new ManualClock() }))]]
const minute = 60_000

test('an output that is too large fails its run, in every store', async () => {
  for (const ports of stores()) {
    for (const flow of [growing, growingFirst]) {
      await using t = await createTestOrchestrator({ workflows: [flow], ports })
      const told = { status: 'failed', failedStep: 'one', failure: { code: 'journal.value_too_large' } }
      expect(await t.run(flow, 2_000_000, { id: flow.name })).toMatchObject(told)
      expect(await t.attach(flow, flow.name).result()).toMatchObject(told)
    }
  }
})

test('an output just below the limit is kept, and read back', async () => {
  const room = '{"text":""}'.length
  for (const ports of stores()) {
    await using t = await createTestOrchestrator({ workflows: [growing, growingFirst], ports })
    for (const flow of [growing, growingFirst]) {
      const length = largestBody - room
      const id = flow.name
      expect(await t.run(flow, length, { id })).toMatchObject({ status: 'succeeded' })
      const later = await t.attach(flow, id).result()
      expect(later.ok && later.output.text.length).toBe(length)
      expect(await t.run(flow, length + 1)).toMatchObject({ failure: { code: 'journal.value_too_large' } })
    }
  }
})

test('a value that cannot be read fails its run, with a failure of its own', async () => {
  const stepwise = workflow('stepwise', { input: any, output: any })
    .step('one', tools.trap)
    .step('two', tools.echo, { with: () => 0 })
    .output(() => 'made')
  const last = workflow('last', { input: any, output: any })
    .step('one', tools.trap)
    .output(['one'], ({ steps }) => steps.one)
  const own = workflow('own', { input: any, output: any })
    .compute('one', { run: () => 0 })
    .output(() => ({
      get odd() {
        throw new Error('it cannot be read')
      },
    }))
  for (const ports of stores()) {
    await using t = await createTestOrchestrator({ workflows: [stepwise, last, own], ports })
    for (const flow of [stepwise, last, own]) {
      const told = { status: 'failed', failure: { code: 'codec.unreadable' } }
      expect(await t.run(flow, 1, { id: flow.name })).toMatchObject(told)
      expect(await t.attach(flow, flow.name).result()).toMatchObject(told)
    }
  }
})

test('holes in the list of a map are items', async () => {
  const list: unknown[] = [1]
  list[2] = 3
  for (const settle of [true, false]) {
    const flow = workflow('flow', { input: any, output: any })
      .map('all', { over: () => list, run: tools.echo, with: (item) => ({ item }), settle })
      .output(['all'], ({ steps }) => steps.all)
    await using t = await createTestOrchestrator({ workflows: [flow] })
    const result = await t.run(flow, 0, { id: 'it' })
    const outputs = [{ item: 1 }, { item: undefined }, { item: 3 }]
    const output = settle ? outputs.map((one) => ({ ok: true, output: one })) : outputs
    expect(result).toMatchObject({ status: 'succeeded', output })
    expect(t.calls(tools.echo)).toHaveLength(3)
    expect(await t.attach(flow, 'it').result()).toMatchObject({ status: 'succeeded', output })
  }
})

test('a step that lies too deep to be kept fails its run, and says so', async () => {
  const name: 'n' = 'n'.repeat(64) as 'n'
  let nested: Workflow<unknown, unknown, unknown> = workflow('w0', { input: any, output: any })
    .step(name, tools.echo)
    .step('two', tools.echo, { with: () => 0 })
    .output(() => 'deep')
  for (let depth = 1; depth < 9; depth++) {
    nested = workflow(`w${depth}`, { input: any, output: any })
      .workflow(name, nested)
      .output(() => 'deep')
  }
  for (const ports of stores()) {
    await using t = await createTestOrchestrator({ workflows: [nested], ports })
    const result = await t.run(nested, 1, { id: 'it' })
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'journal.record_refused' } })
    expect(result.status === 'failed' && result.failure.message).toContain('lies so deep')
    expect(await t.attach(nested, 'it').result()).toMatchObject({ status: 'failed' })
  }
})

test('a run whose values have become odd since does not spoil the list of runs', async () => {
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.echo)
    .output(['one'], ({ steps }) => steps.one)
  await using t = await createTestOrchestrator({ workflows: [flow] })
  const made = []
  for (const id of ['a', 'b', 'c', 'd']) {
    const input: Record<string, unknown> = { id }
    made.push(input)
    expect(await t.run(flow, input)).toMatchObject({ status: 'succeeded' })
  }
  Object.defineProperty(made[1], 'odd', { enumerable: true, get: () => expect.fail('it cannot be read') })
  Object.assign(made[2] as object, { text: 'x'.repeat(2_000_000) })
  const { runs } = await t.runs.list()
  expect(runs.length).toBeGreaterThanOrEqual(2)
  expect(await t.run(flow, { id: 'e' })).toMatchObject({ status: 'succeeded' })
  expect((await t.runs.list()).runs).toHaveLength(runs.length + 1)
})

/** A test in which a step takes half a minute. */
async function slowly(rest: 'sleep' | 'wait') {
  const ready = Promise.withResolvers<ManualClock>()
  const slow = agent('slow', {
    work: operation({
      input: any,
      output: any,
      run: async () => {
        const time = await ready.promise
        return new Promise<string>((resolve) => void time.schedule(minute / 2, () => resolve('done')))
      },
    }),
  })
  const begun = workflow('flow', { input: any, output: any }).step('work', slow.work, { timeoutMs: 10 * minute })
  const flow =
    rest === 'sleep'
      ? begun.sleep('rest', { after: [], ms: minute }).output(() => 'rested')
      : begun.waitFor('rest', signal('go', any), { after: [] }).output(() => 'told')
  const t = await createTestOrchestrator({ workflows: [flow], clock: 'manual' })
  ready.resolve(t.clock)
  return { t, flow }
}

test('a sleep counts from its beginning, also where nothing lasts', async () => {
  const { t, flow } = await slowly('sleep')
  const first = t.run(flow, 1, { id: 'it' })
  await t.advance(minute / 2)
  expect(await first).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'rest' }] })
  await t.advance(minute / 2 - 1)
  expect(await t.runs.get('it')).toMatchObject({ status: 'suspended' })
  await t.advance(1)
  expect(await t.attach(flow, 'it').result()).toMatchObject({ output: 'rested', times: { wallMs: minute } })
  await t.close()
})

test('the time of a run counts from its beginning, also where nothing lasts', async () => {
  for (const id of ['it', undefined]) {
    const { t, flow } = await slowly('wait')
    const first = t.run(flow, 1, { id, deadlineMs: minute })
    await t.advance(minute / 2)
    const { runId } = await first
    expect(await t.runs.get(runId)).toMatchObject({ status: 'suspended' })
    await t.advance(minute / 2)
    const result = await t.attach(flow, runId).result()
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'workflow.run_timed_out' } })
    await t.close()
  }
})
