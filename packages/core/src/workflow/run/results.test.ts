import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, isFailure, operation, orThrow, signal, type Workflow, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const Text = z.object({ text: z.string() })
const tools = agent('tools', {
  echo: operation({ input: Text, output: Text, run: (input) => input }),
  fail: operation({
    input: Text,
    output: Text,
    run: () => {
      throw new Error('no ink')
    },
  }),
  busy: operation({
    input: Text,
    output: Text,
    run: () => {
      throw Object.assign(new Error('later'), { status: 503 })
    },
  }),
  hang: operation({ input: Text, output: Text, run: () => new Promise<never>(() => {}) }),
})
const ok = signal('ok', Text)

const good = workflow('good', { input: Text, output: Text })
  .step('one', tools.echo)
  .step('two', tools.echo)
  .output(['two'], ({ steps }) => steps.two)
const partly = workflow('partly', { input: Text, output: Text })
  .step('one', tools.echo)
  .step('extra', tools.fail, { optional: true })
  .output(['one'], ({ steps }) => steps.one)
const bad = workflow('bad', { input: Text, output: Text })
  .step('one', tools.echo)
  .step('two', tools.fail)
  .step('three', tools.echo)
  .output(['three'], ({ steps }) => steps.three)
const soft = workflow('soft', { input: Text, output: Text })
  .step('one', tools.fail)
  .step('two', tools.echo, { after: ['one?'], with: ({ input }) => input })
  .step('three', tools.echo, { after: ['two'] })
  .output(['three'], ({ steps }) => steps.three)
const overloaded = workflow('overloaded', { input: Text, output: Text })
  .step('one', tools.busy, { retry: false })
  .output(['one'], ({ steps }) => steps.one)
const waiting = workflow('waiting', { input: Text, output: Text })
  .step('one', tools.echo)
  .waitFor('answer', ok)
  .sleep('nap', { after: ['one'], ms: 60_000 })
  .output(['answer'], ({ steps }) => steps.answer)
const endless = workflow('endless', { input: Text, output: Text })
  .step('one', tools.echo)
  .step('two', tools.hang, { after: [], timeoutMs: 1_000_000 })
  .step('three', tools.echo)
  .output(['three'], ({ steps }) => steps.three)
const slow = workflow('slow', { input: Text, output: Text })
  .sleep('a', { after: [], ms: 1_000 })
  .sleep('b', { after: [], ms: 3_000 })
  .step('one', tools.echo, { after: ['a', 'b'] })
  .output(['one'], ({ steps }) => steps.one)
const workflows = [good, partly, bad, soft, overloaded, waiting, endless, slow]
const input = { text: 'ink' }
const done = { status: 'succeeded', output: input }

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

test('succeeded: the output, and how every step ended', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(good, input, { id: 'mine' })
  expect(result).toMatchObject({ runId: 'mine', ok: true, status: 'succeeded', output: input })
  expect(result.steps).toMatchObject({ one: done, two: done })
  expect(orThrow(result)).toEqual(input)
})

test('partial: the output, and the failures of optional steps by name', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(partly, input)
  expect(result).toMatchObject({ ok: true, status: 'partial', output: input })
  expect(result.status === 'partial' && Object.keys(result.failures)).toEqual(['extra'])
  expect(result.status === 'partial' && isFailure(result.failures.extra, 'agent.failed')).toBe(true)
  expect(result.steps.extra).toMatchObject({ status: 'failed', failure: { code: 'agent.failed' } })
  expect(orThrow(result)).toEqual(input)
})

test('failed: the failure, its step, what may help, and what there is so far', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(bad, input)
  expect(result).toMatchObject({
    ok: false,
    status: 'failed',
    failedStep: 'two',
    failure: { code: 'agent.failed', cause: { message: 'no ink' } },
    steps: { one: done, two: { status: 'failed' }, three: { status: 'skipped', because: 'the step two has failed' } },
  })
  expect(result.status === 'failed' && result.suggestions).toEqual([
    'Say what two does instead: fallback or onFailure; or, if the output can do without it, optional.',
  ])
  expect(thrownBy(() => orThrow(result))).toBe(result.status === 'failed' && result.failure)
})

test('failed: what might go better another time is to be tried more often', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(overloaded, input)
  expect(result).toMatchObject({ status: 'failed', failure: { retryable: true } })
  expect(result.status === 'failed' && result.suggestions).toContain(
    'Let the step one be tried more often: retry: { attempts: … }.',
  )
})

test('cancelled: the reason as it was given, and what was under way', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(endless, input)
  await run.result({ waitMs: 10 })
  const reason = { by: 'me' }
  await run.cancel(reason)
  const result = await run.result()
  expect(result).toMatchObject({
    ok: false,
    status: 'cancelled',
    reason,
    steps: { one: done, two: { status: 'cancelled' }, three: { status: 'skipped' } },
  })
  expect(thrownBy(() => orThrow(result))).toMatchObject({ code: 'workflow.cancelled', details: { run: run.id } })
})

test('suspended: what it waits for, by step, signal and time', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(waiting, input)
  expect(result).toMatchObject({ ok: false, status: 'suspended', steps: { one: done } })
  const until = new Date(t.clock.now() + 60_000)
  expect(result.status === 'suspended' && result.waitingFor).toEqual([
    { step: 'answer', signal: 'ok' },
    { step: 'nap', until },
  ])
  expect(await t.attach(waiting, result.runId).result()).toMatchObject({
    status: 'suspended',
    waitingFor: [
      { step: 'answer', signal: 'ok' },
      { step: 'nap', until },
    ],
  })
  const failure = thrownBy(() => orThrow(result))
  expect(failure).toMatchObject({ code: 'workflow.no_result' })
  expect(String(failure)).toContain('it waits in answer (ok), nap')
})

test('running: we stopped waiting; what there is so far is told', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(endless, input)
  const result = await run.result({ waitMs: 10 })
  expect(result).toMatchObject({ ok: false, status: 'running', because: 'stopped-waiting', steps: { one: done } })
  expect(Object.keys(result.steps)).toEqual(['one'])
  expect(String(thrownBy(() => orThrow(result)))).toContain('it still runs (stopped-waiting)')
  await run.cancel()
})

test('a result that is asked for later, or elsewhere, is the same', async () => {
  await using t = await createTestOrchestrator({ workflows })
  type Any = Workflow<{ text: string }, unknown, Readonly<Record<string, unknown>>>
  for (const one of [good, partly, bad, soft, slow] as Any[]) {
    const result = await t.run(one, input, { id: one.name })
    const later = await t.attach(one, one.name).result()
    expect(JSON.parse(JSON.stringify(later))).toEqual(JSON.parse(JSON.stringify(result)))
  }
})

test('a cancelled result is the same later, too', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(endless, input)
  const first = run.result()
  await run.cancel('enough')
  expect(JSON.parse(JSON.stringify(await run.result()))).toEqual(JSON.parse(JSON.stringify(await first)))
})

test('times tell how long it took, how much of that was waiting, and what going side by side was worth', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const { times } = await t.run(slow, input)
  expect(times).toEqual({ wallMs: 3_000, stepsMs: 0, waitedMs: 4_000, speedup: 0 })
})

test('input that does not fit fails the run before anything is begun or stored', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const result = await t.run(good, { text: 5 } as never, { id: 'odd' })
  expect(result).toMatchObject({ ok: false, status: 'failed', runId: 'odd', steps: {} })
  expect(result.status === 'failed' && result.failure).toMatchObject({ code: 'workflow.invalid_input' })
  expect(await t.runs.get('odd')).toBeUndefined()
  await expect(t.start(good, {} as never)).rejects.toMatchObject({ code: 'workflow.invalid_input' })
})

test('mistakes of the program are thrown', async () => {
  await using t = await createTestOrchestrator({ workflows: [good] })
  await expect(t.run(bad, input)).rejects.toMatchObject({ code: 'workflow.unknown' })
  await expect(t.run(good, input, { deadlineMs: -1 })).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  await expect(t.run(good, input, { dedlineMs: 1 } as never)).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  await expect(t.run({} as never, input)).rejects.toMatchObject({ code: 'workflow.unknown' })
})
