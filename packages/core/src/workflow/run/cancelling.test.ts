import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, operation, signal, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const begun: string[] = []
const stopped: unknown[] = []
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  note: operation({ input: any, output: any, run: (_, { step }) => void begun.push(step ?? '') }),
  deaf: operation({ input: any, output: any, run: () => new Promise<never>(() => {}) }),
  heed: operation({
    input: any,
    output: any,
    run: (_, { signal: stop }) =>
      new Promise<never>((_resolve, reject) => {
        stop.addEventListener('abort', () => {
          stopped.push(stop.reason)
          reject(stop.reason as Error)
        })
      }),
  }),
})
const ok = signal('ok', any)
const forever = { timeoutMs: 1_000_000_000 }
const heeding = workflow('heeding', { input: any, output: any })
  .step('one', tools.echo)
  .step('two', tools.heed, forever)
  .step('three', tools.note)
  .output(() => 0)
const deaf = workflow('deaf', { input: any, output: any })
  .step('one', tools.deaf, forever)
  .step('two', tools.note)
  .output(() => 0)
const waiting = workflow('waiting', { input: any, output: any })
  .waitFor('ok', ok)
  .step('after', tools.note)
  .output(() => 0)
const quick = workflow('quick', { input: any, output: any })
  .step('one', tools.echo)
  .output(['one'], ({ steps }) => steps.one)
const workflows = [heeding, deaf, waiting, quick]

test('a run that is under way stops its steps and begins no other', async () => {
  begun.length = stopped.length = 0
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(heeding, 1)
  await run.result({ waitMs: 10 })
  await run.cancel('enough')
  expect(stopped).toHaveLength(1)
  expect(await run.result()).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'cancelled' })
  expect(begun).toEqual([])
})

test('a step that ignores its signal does not hold up the end', async () => {
  begun.length = 0
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(deaf, 1)
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'cancelled', steps: { one: { status: 'cancelled' } } })
  expect(t.elapsedMs()).toBeLessThan(1_000)
  expect(begun).toEqual([])
})

test('a run that waits is cancelled from wherever it is asked', async () => {
  begun.length = 0
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(waiting, 1)
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  await t.attach(waiting, run.id).cancel({ by: 'me' })
  expect(await run.result()).toMatchObject({ status: 'cancelled', reason: { by: 'me' } })
  expect(begun).toEqual([])
})

test('a run that has ended stays as it is', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(quick, 1)
  await run.result()
  await run.cancel()
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'succeeded' })
})

test('a run is cancelled once; the first reason stands', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(deaf, 1)
  await Promise.all([run.cancel('first'), run.cancel('second')])
  await run.cancel('third')
  expect(await run.result()).toMatchObject({ status: 'cancelled', reason: 'first' })
})

test('a run without a reason is cancelled all the same', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(deaf, 1)
  await run.cancel()
  expect(await run.result()).toMatchObject({ status: 'cancelled', reason: 'it was cancelled' })
})

test('the signal that a run was given cancels it, with the signal’s reason', async () => {
  begun.length = stopped.length = 0
  await using t = await createTestOrchestrator({ workflows, clock: 'manual' })
  const stop = new AbortController()
  const result = t.run(heeding, 1, { signal: stop.signal })
  await t.advance(1)
  stop.abort('leaving')
  expect(await result).toMatchObject({ status: 'cancelled', reason: 'leaving' })
  expect(stopped).toHaveLength(1)
})

test('a signal that was given already cancels the run before anything goes on', async () => {
  for (const options of [{}, { id: 'mine' }, { session: 's' }]) {
    begun.length = 0
    await using t = await createTestOrchestrator({ workflows })
    const result = await t.run(deaf, 1, { signal: AbortSignal.abort('never'), ...options })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'never' })
    expect(begun).toEqual([])
  }
})

test('a signal that comes after the end changes nothing', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const stop = new AbortController()
  const result = await t.run(quick, 1, { signal: stop.signal, id: 'it' })
  stop.abort()
  expect(result).toMatchObject({ status: 'succeeded' })
  expect(await t.attach(quick, 'it').result()).toMatchObject({ status: 'succeeded' })
})

test('a reason that cannot be kept is kept as what it says', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const stop = new AbortController()
  const result = t.run(deaf, 1, { signal: stop.signal, id: 'it' })
  const round: Record<string, unknown> = {}
  round.self = round
  stop.abort(round)
  expect(await result).toMatchObject({ status: 'cancelled' })
  expect(await t.attach(deaf, 'it').result()).toMatchObject({ status: 'cancelled' })
})
