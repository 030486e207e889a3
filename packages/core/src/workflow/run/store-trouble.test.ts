import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, type Workflow, workflow } from '../../index.js'

const any = z.any()
const growing: (() => void)[] = []
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  grow: operation({
    input: any,
    output: any,
    async run(input) {
      await new Promise<void>((resolve) => growing.push(resolve))
      return { input, text: 'x'.repeat(900_000) }
    },
  }),
})
const flow = workflow('flow', { input: any, output: any })
  .step('one', tools.echo)
  .output(['one'], ({ steps }) => steps.one)
const large = workflow('large', { input: any, output: any })
  .step('one', tools.grow)
  .step('two', tools.echo)
  .output(() => 'large')
const loud = (): never => {
  throw new Error('x'.repeat(2_000_000))
}
const looping = workflow('looping', { input: any, output: any })
  .loop('loop', tools.echo, { max: 3, with: ({ input }) => input, until: loud })
  .output(() => 'never')
const mapping = workflow('mapping', { input: any, output: any })
  .step('one', tools.echo)
  .map('map', { over: loud, run: tools.echo, with: (item) => item })
  .output(() => 'never')
const softly = workflow('softly', { input: any, output: any })
  .loop('loop', tools.echo, { max: 3, with: ({ input }) => input, until: loud, optional: true })
  .step('one', tools.echo, { after: ['loop?'], with: ({ input }) => input })
  .output(['one'], ({ steps }) => steps.one)
const workflows = [flow, large, looping, mapping, softly]

type Mood = 'well' | 'busy' | 'broken' | 'silent'

/** A process, and a store whose `append` is as the test wants it. */
async function rig(shared = processes()) {
  const state = { mood: 'well' as Mood, appends: 0 }
  const asked: (() => void)[] = []
  const o = await shared.open({
    workflows,
    async between(method, call) {
      if (method === 'append') {
        state.appends++
        if (state.mood === 'silent') await new Promise<void>((resolve) => asked.push(resolve))
        if (state.mood === 'busy') throw Object.assign(new Error('busy'), { status: 503 })
        if (state.mood === 'broken') throw new Error('the disk is gone')
      }
      return call()
    },
  })
  /** From now on the store is in this mood; what waited for an answer has it. */
  const becomes = (mood: Mood) => {
    state.mood = mood
    for (const answer of asked.splice(0)) answer()
  }
  return { ...shared, o, state, becomes }
}

test('a step whose failure is too large to be kept fails its run, and no other one', async () => {
  for (const one of [looping, mapping] as Workflow<unknown>[]) {
    const { o, during } = await rig()
    const [result, beside] = await during(Promise.all([o.run(one, 1, { id: 'it' }), o.run(flow, 'beside')]))
    // What is told is what is recorded: that it could not be.
    const tooLarge = { status: 'failed', failure: { code: 'journal.value_too_large' } }
    expect(result).toMatchObject(tooLarge)
    expect(beside).toMatchObject({ status: 'succeeded', output: 'beside' })
    expect(await during(o.run(flow, 'after'))).toMatchObject({ status: 'succeeded', output: 'after' })
    expect(await during(o.attach(one, 'it').result())).toMatchObject(tooLarge)
    await during(o.close())
  }
})

test('an optional step whose failure is too large lets its run go on', async () => {
  const { o, during } = await rig()
  expect(await during(o.run(softly, 'in', { id: 'it' }))).toMatchObject({ status: 'partial', output: 'in' })
  expect(await during(o.attach(softly, 'it').result())).toMatchObject({ status: 'partial', output: 'in' })
  await during(o.close())
})

test('a store that refuses a run for good has its start rejected', async () => {
  const { o, during, becomes } = await rig()
  becomes('broken')
  await expect(during(o.start(flow, 1, { id: 'it' }))).rejects.toMatchObject({ code: 'journal.record_refused' })
  expect(await during(o.run(flow, 1, { id: 'other' }))).toMatchObject({
    status: 'failed',
    runId: 'other',
    failure: { code: 'journal.record_refused' },
  })
  expect(await during(o.run(flow, 1))).toMatchObject({ status: 'failed', failure: { code: 'journal.record_refused' } })
  await expect(during(o.start(flow, 1, { id: 'it' }))).rejects.toMatchObject({ code: 'journal.record_refused' })
  becomes('well')
  for (const id of ['it', 'other']) {
    const run = await during(o.start(flow, 1, { id }))
    expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 1 })
  }
  await during(o.close())
})

test('of two who start a run of one id that is refused, neither is stuck', async () => {
  const { o, during, becomes } = await rig()
  becomes('broken')
  const both = [o.start(flow, 1, { id: 'it' }), o.start(flow, 1, { id: 'it' })]
  const told = await during(Promise.allSettled(both))
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await during(o.close())
})

test('where a store never answers, a run ends soon after its time is up', async () => {
  const { o, time, during, becomes } = await rig()
  becomes('silent')
  const result = await during(o.run(flow, 1, { id: 'it', deadlineMs: 300 }))
  expect(result).toMatchObject({ status: 'failed', runId: 'it', failure: { code: 'journal.outcome_unknown' } })
  expect(time.monotonic()).toBeGreaterThanOrEqual(300)
  expect(time.monotonic()).toBeLessThanOrEqual(1_500)
  becomes('well')
  expect(await during(o.attach(flow, 'it').result())).toMatchObject({ status: 'failed' })
  await during(o.close())
})

test('two who start a run of one id that exists both find it', async () => {
  const shared = processes()
  const first = await rig(shared)
  expect(await first.during(first.o.run(flow, 'in', { id: 'it' }))).toMatchObject({ status: 'succeeded' })
  const { o, during } = await rig(shared)
  const handles = await during(Promise.all([o.start(flow, 'in', { id: 'it' }), o.start(flow, 'in', { id: 'it' })]))
  for (const handle of handles) {
    expect(handle.id).toBe('it')
    expect(await during(handle.result())).toMatchObject({ status: 'succeeded', output: 'in', runId: 'it' })
  }
  const results = [o.run(flow, 'in', { id: 'it' }), o.run(flow, 'in', { id: 'it' })]
  for (const result of await during(Promise.all(results))) expect(result).toMatchObject({ output: 'in', runId: 'it' })
  const others = [o.start(flow, 'other', { id: 'it' }), o.start(flow, 'other', { id: 'it' })]
  for (const told of await during(Promise.allSettled(others))) {
    expect(told).toMatchObject({ status: 'rejected', reason: { code: 'workflow.conflict' } })
  }
  await during(Promise.all([first.o.close(), o.close()]))
})

test('what was refused is not counted as waiting', async () => {
  const { o, pass, during, becomes } = await rig()
  becomes('silent')
  const refused = Array.from({ length: 80 }, (_, index) => o.run(large, index))
  // That there are these runs is on its way; what they record comes after it, and waits.
  await pass(100)
  for (const resolve of growing.splice(0)) resolve()
  await pass(100)
  becomes('broken')
  for (const result of await during(Promise.all(refused))) {
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'journal.record_refused' } })
  }
  becomes('well')
  expect(await during(o.run(flow, 1, { deadlineMs: 1_000 }))).toMatchObject({ status: 'succeeded', output: 1 })
  await during(o.close())
})

test('once a process is closed, nothing is sent any more to a store that is down', async () => {
  const { o, state, pass, during, becomes } = await rig()
  becomes('busy')
  const start = o.start(flow, 'start', { id: 'it' })
  start.catch(() => {})
  void o.run(flow, 'run')
  await pass(100)
  void o.run(flow, 'later')
  await pass(3_000)
  await during(o.close({ drainMs: 100 }))
  const { appends } = state
  expect(appends).toBeGreaterThan(3)
  await pass(10_000)
  expect(state.appends).toBe(appends)
})

test('who waits for a run is told when its time is up, also when only its end is still to be stored', async () => {
  const { o, during, becomes } = await rig()
  becomes('silent')
  expect(await during(o.run(flow, 1, { deadlineMs: 300 }))).toMatchObject({
    status: 'failed',
    failure: { code: 'journal.outcome_unknown' },
  })
})

test('who waits for a run while its process closes is told so, though the store does not answer', async () => {
  for (const mood of ['busy', 'silent'] as const) {
    const { o, during, becomes } = await rig()
    becomes(mood)
    const results = [o.run(flow, 1), o.run(flow, 1, { id: 'it' })]
    await during(o.close({ drainMs: 100 }))
    for (const result of results) {
      expect(await during(result)).toMatchObject({ status: 'running', because: 'host-closing' })
    }
  }
})
