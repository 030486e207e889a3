import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, createOrchestrator, operation, workflow } from '../../index.js'

const any = z.any()

/** Processes on one store; each may be gone from one moment to the next. */
function rig() {
  const { open: openOne, pass, during } = processes()
  const calls: string[] = []
  const flowOf = (process: string) => {
    const bank = agent('bank', {
      charge: operation({
        input: any,
        output: any,
        async run(input) {
          calls.push(`${process} charges`)
          if (process === 'first') await new Promise<void>(() => {})
          return input
        },
      }),
      tell: operation({
        input: any,
        output: any,
        run(input) {
          calls.push(`${process} tells`)
          return input
        },
      }),
    })
    return workflow('flow', { input: any, output: any })
      .step('charge', bank.charge, { atMostOnce: true })
      .step('tell', bank.tell)
      .output(['tell'], () => `done by ${process}`)
  }
  const open = async (name: string, role: 'client' | 'worker') => {
    let isGone = false
    const flow = flowOf(name)
    const o = await openOne({
      workflows: [flow],
      role,
      settings: { journal: { instance: name } },
      between: (_, call) => (isGone ? new Promise<never>(() => {}) : call()),
    })
    return { o, flow, vanish: () => void (isGone = true) }
  }
  return { open, pass, during, calls }
}

/** A run that a client has started, and whose worker is gone in the midst of it. */
async function abandoned() {
  const own = rig()
  const { open, pass, during, calls } = own
  const client = await open('client', 'client')
  const first = await open('first', 'worker')
  const run = await during(client.o.start(client.flow, 'in', { id: 'it' }))
  await pass(500)
  expect(calls).toEqual(['first charges'])
  first.vanish()
  await pass(1_500)
  return { ...own, client, run }
}

test('a run that a client starts is carried out by a worker', async () => {
  const { open, pass, during, calls } = rig()
  const client = await open('client', 'client')
  const run = await during(client.o.start(client.flow, 'in', { id: 'it' }))
  await pass(2_000)
  expect(calls).toEqual([])
  const worker = await open('worker', 'worker')
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'done by worker' })
  expect(calls).toEqual(['worker charges', 'worker tells'])
  await during(Promise.all([client.o.close(), worker.o.close()]))
})

test('what a client decides about an unclear step a worker goes on with', async () => {
  for (const resolution of ['retry', { output: 'seen in the books' }] as const) {
    const { open, pass, during, calls, client, run } = await abandoned()
    const worker = await open('worker', 'worker')
    await pass(500)
    const unclear = { status: 'needs-attention', step: 'charge', because: 'outcome-unknown' }
    expect(await during(run.result())).toMatchObject(unclear)
    await during(run.resolve('charge', resolution))
    expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'done by worker' })
    const again = resolution === 'retry' ? ['worker charges'] : []
    expect(calls).toEqual(['first charges', ...again, 'worker tells'])
    await during(Promise.all([client.o.close(), worker.o.close()]))
  }
})

test('what a client decides about an unclear step waits until there is a worker', async () => {
  const { open, pass, during, calls, client, run } = await abandoned()
  const second = await open('second', 'worker')
  await pass(500)
  await during(second.o.close())
  await during(run.resolve('charge', { output: 'seen in the books' }))
  await pass(2_000)
  expect(calls).toEqual(['first charges'])
  const worker = await open('worker', 'worker')
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'done by worker' })
  expect(calls).toEqual(['first charges', 'worker tells'])
  await during(Promise.all([client.o.close(), worker.o.close()]))
})

test('a client cancels a run whose worker is gone', async () => {
  const { during, calls, client, run } = await abandoned()
  await during(run.cancel('never mind'))
  expect(await during(run.result())).toMatchObject({ status: 'cancelled', reason: 'never mind' })
  expect(await client.o.runs.get('it')).toMatchObject({ status: 'cancelled' })
  expect(calls).toEqual(['first charges'])
  await during(client.o.close())
})

test('a client does not end a run that a worker still carries out', async () => {
  const { open, pass, during, calls } = rig()
  const client = await open('client', 'client')
  const first = await open('first', 'worker')
  const run = await during(client.o.start(client.flow, 'in', { id: 'it' }))
  await pass(500)
  await during(run.cancel('never mind'))
  expect(await during(run.result())).toMatchObject({ status: 'cancelled', reason: 'never mind' })
  expect(await client.o.runs.get('it')).toMatchObject({ status: 'cancelled', takeovers: 0 })
  expect(calls).toEqual(['first charges'])
  await during(Promise.all([client.o.close(), first.o.close()]))
})

test('a client whose store nobody else sees is refused', async () => {
  const flow = workflow('flow', { input: any, output: any }).output(() => 0)
  await expect(createOrchestrator({ workflows: [flow], role: 'client' })).rejects.toMatchObject({
    code: 'orchestrator.nothing_shared',
  })
})
