import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, bind, clock, createOrchestrator, logger, operation, type RunEvent, workflow } from '../../index.js'
import { ManualClock, RecordingLogger } from '../../testing/index.js'

const any = z.any()

/** Processes on one store; the answers to their claims may be held up. */
function rig() {
  const { open: openOne, pass, during } = processes()
  const calls: string[] = []
  const held: (() => void)[] = []
  const flowOf = (process: string) => {
    const tools = agent('tools', {
      hold: operation({
        input: any,
        output: any,
        async run() {
          calls.push(process)
          if (process === 'first') await new Promise<void>((resolve) => held.push(resolve))
          return process
        },
      }),
    })
    return workflow('flow', { input: any, output: any })
      .step('one', tools.hold, { atMostOnce: true })
      .output(['one'], ({ steps }) => steps.one)
  }
  const open = async (name: string, role: 'all' | 'client' = 'all') => {
    const claims = { areHeld: false, held: [] as (() => void)[] }
    const flow = flowOf(name)
    const o = await openOne({
      workflows: [flow],
      role,
      settings: { journal: { instance: name } },
      async between(method, call) {
        const answer = await call()
        if (method === 'claim' && claims.areHeld) await new Promise<void>((resolve) => claims.held.push(resolve))
        return answer
      },
    })
    const answer = () => {
      claims.areHeld = false
      for (const one of claims.held.splice(0)) one()
    }
    return { o, flow, claims, answer }
  }
  return { open, pass, during, calls }
}

async function all(events: AsyncIterable<RunEvent>) {
  const told: RunEvent[] = []
  for await (const event of events) told.push(event)
  return told
}

test('runs that a claim brings while a process closes are handed back', async () => {
  const { open, pass, during, calls } = rig()
  const closing = await open('closing')
  await pass(100)
  closing.claims.areHeld = true
  const client = await open('client', 'client')
  const run = await during(client.o.start(client.flow, 'in', { id: 'it' }))
  await pass(500)
  expect(closing.claims.held).toHaveLength(1)
  let isClosed = false
  const closed = closing.o.close({ drainMs: 100 }).then(() => (isClosed = true))
  await pass(500)
  expect(isClosed).toBe(false)
  closing.answer()
  await during(closed)
  expect(calls).toEqual([])
  await pass(5_000)
  expect(calls).toEqual([])
  expect(await client.o.runs.get('it')).toMatchObject({ status: 'pending', takeovers: 0 })
  const next = await open('next')
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'next' })
  expect(calls).toEqual(['next'])
  await during(Promise.all([client.o.close(), next.o.close()]))
})

test('who waits for a run that is handed back is told so', async () => {
  const { open, pass, during } = rig()
  const { o, flow } = await open('first')
  const run = await during(o.start(flow, 'in', { id: 'it' }))
  await pass(100)
  const [before, watched] = [run.result(), all(run.events())]
  await pass(500)
  await during(o.close({ drainMs: 100 }))
  const handedBack = { status: 'running', because: 'host-closing', runId: 'it' }
  expect(await during(before)).toMatchObject(handedBack)
  expect((await during(watched)).filter(({ seq }) => seq !== undefined)).toMatchObject([{ type: 'step.marked' }])
  expect(await during(run.result())).toMatchObject(handedBack)
  expect(await during(all(run.events()))).toMatchObject([{ type: 'step.marked' }])
  expect(await during(o.attach(flow, 'it').result())).toMatchObject(handedBack)
})

test('who waits, where nothing lasts, for a run that is handed back is told so', async () => {
  const { pass, during } = rig()
  const time = new ManualClock()
  const tools = agent('tools', {
    hold: operation({ input: any, output: any, run: () => new Promise<never>(() => {}) }),
  })
  const flow = workflow('flow', { input: any, output: any })
    .step('one', tools.hold)
    .output(['one'], ({ steps }) => steps.one)
  const o = await createOrchestrator({
    workflows: [flow],
    ports: [bind(clock, time), bind(logger, new RecordingLogger())],
  })
  const run = await o.start(flow, 'in', { id: 'it' })
  const [before, watched, alone] = [run.result(), all(run.events()), o.run(flow, 'other')]
  await pass(100)
  await during(o.close({ drainMs: 0 }))
  expect(await during(before)).toMatchObject({ status: 'running', because: 'host-closing' })
  expect(await during(alone)).toMatchObject({ status: 'running', because: 'host-closing' })
  await during(watched)
  expect(await during(run.result())).toMatchObject({ status: 'running', because: 'host-closing' })
  expect(await during(all(run.events()))).toEqual([])
})

test('who watches a run of another process is let go when its own closes', async () => {
  const { open, pass, during } = rig()
  const first = await open('first')
  const run = await during(first.o.start(first.flow, 'in', { id: 'it' }))
  const watcher = await open('watcher', 'client')
  const seen = watcher.o.attach(watcher.flow, 'it')
  const [result, watched] = [seen.result(), all(seen.events())]
  await pass(500)
  await during(watcher.o.close())
  expect(await during(result)).toMatchObject({ status: 'running', because: 'host-closing' })
  expect(await during(watched)).toMatchObject([{ type: 'step.marked' }])
  expect(await during(run.result({ waitMs: 10 }))).toMatchObject({ status: 'running', because: 'stopped-waiting' })
  await during(first.o.close({ drainMs: 0 }))
})

test('a process that is closed goes on with no run, whatever is decided there', async () => {
  const { open, pass, during, calls } = rig()
  const first = await open('first')
  void first.o.run(first.flow, 'in', { id: 'it' })
  await pass(500)
  expect(calls).toEqual(['first'])
  await during(first.o.close({ drainMs: 100 }))
  // What came of the step nobody knows.
  const second = await open('second')
  const run = second.o.attach(second.flow, 'it')
  expect(await during(run.result())).toMatchObject({ status: 'needs-attention', step: 'one' })
  await during(second.o.close())
  await during(run.resolve('one', 'retry'))
  await pass(5_000)
  expect(calls).toEqual(['first'])
  expect(await during(run.result())).toMatchObject({ status: 'running', because: 'host-closing' })
  const third = await open('third')
  expect(await during(third.o.attach(third.flow, 'it').result())).toMatchObject({ output: 'third' })
  expect(calls).toEqual(['first', 'third'])
  await during(third.o.close())
})
