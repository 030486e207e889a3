import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, type RunEvent, signal, toServerSentEvents, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input) => input }),
  fail: operation({
    input: any,
    output: any,
    run: () => {
      throw new Error('no\nink')
    },
  }),
  tell: operation({
    input: any,
    output: any,
    run: async (times: number, { progress }) => {
      for (let turn = 0; turn < times; turn++) progress({ turn })
      await new Promise((resolve) => setImmediate(resolve))
      return times
    },
  }),
})
const ok = signal('ok', any)
const flow = workflow('flow', { input: any, output: any })
  .step('one', tools.echo)
  .step('soft', tools.fail, { after: ['one'], optional: true })
  .waitFor('ok', ok, { after: ['soft?'] })
  .step('two', tools.echo, { with: ({ steps }) => steps.ok })
  .output(['two'], ({ steps }) => steps.two)
const telling = workflow('telling', { input: any, output: any })
  .waitFor('go', ok)
  .step('one', tools.tell, { with: ({ input }) => input })
  .step('two', tools.echo)
  .output(['two'], ({ steps }) => steps.two)
const napping = workflow('napping', { input: any, output: any })
  .sleep('nap', { ms: 10 })
  .step('one', tools.tell, { with: ({ input }) => input })
  .step('two', tools.echo)
  .output(['two'], ({ steps }) => steps.two)
const workflows = [flow, telling, napping]

async function all(events: AsyncIterable<RunEvent>) {
  const told: RunEvent[] = []
  for await (const event of events) told.push(event)
  return told
}
const numbered = (events: readonly RunEvent[]) => events.filter(({ seq }) => seq !== undefined)
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('what is recorded is told in order, with numbers from 1, and the result at the end', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(flow, 1)
  const live = all(run.events())
  await run.signal(ok, 5)
  const result = await run.result()
  expect(numbered(await live)).toMatchObject([
    { seq: 1, type: 'step.finished', step: 'one', status: 'succeeded', output: 1 },
    { seq: 2, type: 'step.finished', step: 'soft', status: 'failed', failure: { code: 'agent.failed' } },
    { seq: 3, type: 'step.finished', step: 'ok', status: 'succeeded' },
    { seq: 4, type: 'step.finished', step: 'two', status: 'succeeded', output: 5 },
    { seq: 5, type: 'run.finished', result: { status: 'partial', output: 5, runId: run.id } },
  ])
  expect(plain(numbered(await live))).toEqual(plain(await all(run.events())))
  expect((await live).at(-1)).toMatchObject({ type: 'run.finished', result: { status: result.status } })
})

test('a reader goes on after the number at which it left off', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(flow, 1)
  await run.signal(ok, 5)
  await run.result()
  expect((await all(run.events({ after: 3 }))).map(({ seq }) => seq)).toEqual([4, 5])
  expect((await all(run.events({ after: 4 }))).map(({ type }) => type)).toEqual(['run.finished'])
  // Whoever has seen the end is told nothing more, however often it comes back.
  for (const after of [5, 6, 1e9]) expect(await all(run.events({ after }))).toEqual([])
  for (const after of [-1, 1.5, '3' as never]) {
    expect(() => run.events({ after })).toThrow(`as its after`)
  }
})

test('a reader goes on in another process', async () => {
  const { open, during } = processes()
  const [first, second] = [await open({ workflows }), await open({ workflows })]
  const run = await during(first.start(flow, 1))
  const reader = run.events()[Symbol.asyncIterator]()
  let last = 0
  while (last < 2) last = ((await during(reader.next())).value as RunEvent).seq ?? last
  await reader.return?.()
  const rest = all(second.attach(flow, run.id).events({ after: last }))
  await during(second.attach(flow, run.id).signal(ok, 5))
  expect(numbered(await during(rest)).map(({ seq, type }) => [seq, type])).toEqual([
    [3, 'step.finished'],
    [4, 'step.finished'],
    [5, 'run.finished'],
  ])
  await during(Promise.all([first.close(), second.close()]))
})

test('who watches sees steps begin and tell of progress', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(napping, 3)
  const live = all(run.events())
  const told = (await live).filter(
    (event) => (event.type === 'step.started' && event.step !== 'nap') || event.type === 'step.progress',
  )
  expect(told).toMatchObject([
    { type: 'step.started', step: 'one' },
    { type: 'step.progress', step: 'one', data: { turn: 0 } },
    { type: 'step.progress', step: 'one', data: { turn: 1 } },
    { type: 'step.progress', step: 'one', data: { turn: 2 } },
    { type: 'step.started', step: 'two' },
  ])
})

test('a slow reader misses progress, is told how much, and misses nothing that is recorded', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(napping, 100_000)
  const reader = run.events()[Symbol.asyncIterator]()
  const told = [(await reader.next()).value as RunEvent]
  await run.result()
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) told.push(next.value)
  const progress = told.filter(({ type }) => type === 'step.progress').length
  const missed = told.reduce((sum, event) => sum + (event.type === 'events.missed' ? event.count : 0), 0)
  expect(progress).toBeLessThanOrEqual(1_000)
  expect(missed).toBeGreaterThanOrEqual(100_000 - progress)
  const seqs = numbered(told).map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  expect(told.at(-1)).toMatchObject({ type: 'run.finished', result: { status: 'succeeded' } })
})

test('to leave does not stop the run', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(flow, 1)
  for await (const { type } of run.events()) if (type === 'step.finished') break
  await run.signal(ok, 1)
  expect(await run.result()).toMatchObject({ status: 'partial' })
})

test('a reader may be stopped by a signal while nothing happens', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(telling, 1)
  await run.result()
  const stop = new AbortController()
  const told = all(run.events({ signal: stop.signal })).catch((error: unknown) => error)
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort(new Error('gone'))
  expect(await told).toBeDefined()
  expect(await t.runs.get(run.id)).toMatchObject({ status: 'suspended' })
})

test('events are sent as text that a browser reads, and can go on from', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(flow, 'a\nb')
  await run.signal(ok, 5)
  await run.result()
  const text = await new Response(toServerSentEvents(run.events({ after: 0 }))).text()
  const messages = text.split('\n\n').filter((one) => one !== '')
  expect(messages).toHaveLength(5)
  expect(messages[0]).toBe(
    'id: 1\nevent: step.finished\ndata: {"type":"step.finished","seq":1,"step":"one","status":"succeeded","output":"a\\nb","ms":0}',
  )
  expect(messages[1]).toContain('"code":"agent.failed"')
  expect(text).not.toContain(import.meta.filename)
  expect(messages.at(-1)).toContain('id: 5\nevent: run.finished\n')
})

test('who closes the response detaches', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(telling, 1)
  const body = toServerSentEvents(run.events()).getReader()
  await run.signal(ok, 1)
  await body.read()
  await body.cancel()
  expect(await run.result()).toMatchObject({ status: 'succeeded' })
})
