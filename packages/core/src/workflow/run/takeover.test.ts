import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, bind, lockStore, operation, workflow } from '../../index.js'
import { InMemoryLockStore } from '../../testing/index.js'

const any = z.any()

/** What processes share; each may be cut off from the store. */
function rig() {
  const { open: openOne, time, store, pass, during } = processes()
  const locks = new InMemoryLockStore({ clock: time })
  const calls: string[] = []
  const held: (() => void)[] = []
  const toolsOf = (process: string) =>
    agent('tools', {
      echo: operation({ input: any, output: any, run: (input) => input }),
      hold: operation({
        input: any,
        output: any,
        async run(input, { step }) {
          calls.push(`${process} ${step}`)
          if (process === 'first') await new Promise<void>((resolve) => held.push(resolve))
          return `${process} ${input}`
        },
      }),
    })
  const flowOf = (process: string) => {
    const tools = toolsOf(process)
    return workflow('flow', { input: any, output: any })
      .step('one', tools.echo)
      .step('two', tools.hold)
      .step('three', tools.echo, { with: ({ steps }) => steps.two })
      .output(['three'], ({ steps }) => steps.three)
  }
  /** A process that can be paused: then the store does not hear from it. */
  const open = async (name: string, options: { readonly role?: 'client' | 'worker' | 'all' } = {}) => {
    const { between, ...gate } = gateOf()
    const flow = flowOf(name)
    const ports = [bind(lockStore, locks)]
    const o = await openOne({
      workflows: [flow],
      ports,
      settings: { journal: { instance: name } },
      between,
      ...options,
    })
    return { o, flow, gate }
  }
  return { store, open, pass, during, calls, release: () => held.splice(0).forEach((resolve) => resolve()) }
}

function gateOf() {
  let waiting: (() => void)[] | undefined
  return {
    shut: () => {
      waiting = []
    },
    open: () => {
      const told = waiting ?? []
      waiting = undefined
      for (const go of told) go()
    },
    between: async (_method: string, call: () => Promise<unknown>) => {
      if (waiting !== undefined) await new Promise<void>((go) => waiting?.push(go))
      return call()
    },
  }
}

test('a run whose process is paused is taken over after its lease, and what that one writes later is refused', async () => {
  const { open, pass, during, calls, release, store } = rig()
  const first = await open('first')
  const second = await open('second')
  const local = first.o.run(first.flow, 'in', { id: 'it' })
  await pass(100)
  expect(calls).toEqual(['first two'])
  first.gate.shut()
  await pass(900)
  expect(calls).toEqual(['first two'])
  await pass(600)
  expect(calls).toEqual(['first two', 'second two'])
  expect(await during(second.o.attach(second.flow, 'it').result())).toMatchObject({ output: 'second in' })

  first.gate.open()
  release()
  expect(await during(local)).toMatchObject({ status: 'running', because: 'taken-over', runId: 'it' })
  expect(await during(first.o.attach(first.flow, 'it').result())).toMatchObject({
    status: 'succeeded',
    output: 'second in',
  })
  const { records = [] } = (await store.read({ tenant: '$none', id: 'it' }, { limit: 100 })) ?? {}
  expect(records.filter(({ key }) => key === 'two')).toHaveLength(1)
  expect(await second.o.runs.get('it')).toMatchObject({ status: 'succeeded', takeovers: 1 })
  await during(Promise.all([first.o.close(), second.o.close()]))
})

test('a handle of the process that lost a run tells the true result', async () => {
  const { open, pass, during, release } = rig()
  const first = await open('first')
  const second = await open('second')
  const run = await during(first.o.start(first.flow, 'in'))
  const result = run.result()
  await pass(100)
  first.gate.shut()
  await pass(1_500)
  first.gate.open()
  release()
  expect(await during(result)).toMatchObject({ status: 'succeeded', output: 'second in' })
  await during(Promise.all([first.o.close(), second.o.close()]))
})

test('a process whose lease has lapsed begins no step until it has renewed it', async () => {
  const { open, pass, during, calls, release } = rig()
  const first = await open('first')
  void first.o.run(first.flow, 'in', { id: 'a' })
  await pass(100)
  first.gate.shut()
  await pass(1_200)
  void first.o.run(first.flow, 'in', { id: 'b' })
  await pass(200)
  expect(calls).toEqual(['first two'])
  first.gate.open()
  await pass(500)
  expect(calls).toEqual(['first two', 'first two'])
  release()
  await during(first.o.close())
})

test('a process that is back under its name goes on at once', async () => {
  const { open, pass, calls } = rig()
  const first = await open('first')
  void first.o.run(first.flow, 'in', { id: 'it' })
  await pass(100)
  first.gate.shut()
  const again = await open('first')
  await pass(50)
  expect(calls).toEqual(['first two', 'first two'])
  expect(await again.o.runs.get('it')).toMatchObject({ status: 'running', takeovers: 1 })
})

test('a client leaves its runs to workers, and watches them', async () => {
  const { open, pass, during, calls } = rig()
  const client = await open('client', { role: 'client' })
  const result = client.o.run(client.flow, 'in', { id: 'it' })
  await pass(1_000)
  expect(calls).toEqual([])
  expect(await client.o.runs.get('it')).toMatchObject({ status: 'pending' })
  expect(await during(client.o.attach(client.flow, 'it').result({ waitMs: 100 }))).toMatchObject({
    status: 'running',
    because: 'stopped-waiting',
  })
  const worker = await open('worker', { role: 'worker' })
  expect(await during(result)).toMatchObject({ status: 'succeeded', output: 'worker in' })
  expect(calls).toEqual(['worker two'])
  await during(Promise.all([client.o.close(), worker.o.close()]))
})

test('a worker takes its own runs like those of others', async () => {
  const { open, during, calls } = rig()
  const worker = await open('worker', { role: 'worker' })
  expect(await during(worker.o.run(worker.flow, 'in'))).toMatchObject({ output: 'worker in' })
  expect(calls).toEqual(['worker two'])
  await during(worker.o.close())
})

test('a run is handed back when its process closes, and goes on elsewhere', async () => {
  const { open, pass, during, calls } = rig()
  const first = await open('first')
  const local = first.o.run(first.flow, 'in', { id: 'it' })
  await pass(100)
  const closed = first.o.close({ drainMs: 200 })
  expect(await during(local)).toMatchObject({ status: 'running', because: 'host-closing' })
  await during(closed)
  const second = await open('second')
  expect(await during(second.o.attach(second.flow, 'it').result())).toMatchObject({ output: 'second in' })
  expect(calls).toEqual(['first two', 'second two'])
  expect(await second.o.runs.get('it')).toMatchObject({ takeovers: 0 })
  await during(second.o.close())
})
