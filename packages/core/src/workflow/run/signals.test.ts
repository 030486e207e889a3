import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, signal, workflow } from '../../index.js'
import { createTestOrchestrator } from '../../testing/index.js'

const any = z.any()
const go = signal('go', any)
const other = signal('other', any)
const noise = signal('noise', any)
const held: (() => void)[] = []
const tools = agent('tools', {
  hold: operation({
    input: any,
    output: any,
    async run(input) {
      await new Promise<void>((resolve) => held.push(resolve))
      return input
    },
  }),
})
const waiting = workflow('waiting', { input: any, output: any })
  .waitFor('go', go)
  .output(['go'], ({ steps }) => steps.go)
const late = workflow('late', { input: any, output: any })
  .step('hold', tools.hold, { timeoutMs: 1_000_000 })
  .waitFor('go', go)
  .output(['go'], ({ steps }) => steps.go)
const thrice = workflow('thrice', { input: any, output: any })
  .waitFor('first', go)
  .waitFor('between', other)
  .step('hold', tools.hold, { with: ({ input }) => input, timeoutMs: 1_000_000 })
  .waitFor('second', go)
  .output(['first', 'second'], ({ steps }) => [steps.first, steps.second])
const workflows = [waiting, late, thrice]

/** Processes on one store that lasts. */
function rig() {
  held.length = 0
  const { open: openOne, pass, during } = processes()
  const open = (role: 'all' | 'client' = 'all') => openOne({ workflows, role, settings: { journal: { leaseMs: 300 } } })
  return { open, pass, during, release: () => held.splice(0).forEach((resolve) => resolve()) }
}

test('a signal that comes during a long step is heard, whatever came before it', async () => {
  for (const role of ['all', 'client'] as const) {
    const { open, pass, during, release } = rig()
    const o = await open()
    const teller = role === 'all' ? o : await open('client')
    const run = await during(o.start(late, 'in', { id: 'it' }))
    await pass(100)
    const told = teller.attach(late, 'it')
    await during(told.signal(noise, 1))
    await pass(1_000)
    // No beat comes between the signal and the end of the step: then its count alone tells of it.
    await told.signal(go, 'went')
    release()
    expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'went' })
    await during(Promise.all([o.close(), teller.close()]))
  }
})

test('a signal that was taken before a run was resumed is not taken again', async () => {
  const { open, pass, during, release } = rig()
  const o = await open()
  const run = await during(o.start(thrice, 'in', { id: 'it' }))
  await during(run.signal(go, 'one'))
  await pass(100)
  expect(await during(run.result())).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'between' }] })
  await during(run.signal(other, 'now'))
  await pass(500)
  expect(held).toHaveLength(1)
  // It makes the run read all its signals again.
  await during(run.signal(noise, 1))
  await pass(500)
  release()
  await pass(500)
  expect(await during(run.result())).toMatchObject({ status: 'suspended', waitingFor: [{ step: 'second' }] })
  await during(run.signal(go, 'two'))
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: ['one', 'two'] })
  await during(o.close())
})

test('what cannot be the id of a signal is refused, and harms nothing', async () => {
  await using t = await createTestOrchestrator({ workflows })
  const run = await t.start(waiting, 1)
  for (const id of ['$cancel', '$other']) {
    await expect(run.signal(go, 1, { id })).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  }
  for (const id of ['', 5, null, 'a\0b']) {
    await expect(run.signal(go, 1, { id: id as string })).rejects.toMatchObject({ code: 'identifier.invalid' })
  }
  expect((await t.runs.history(run.id))?.records).toEqual([])
  expect(await run.result()).toMatchObject({ status: 'suspended' })
  await run.cancel('enough')
  expect(await run.result()).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

test('a run that runs can still be cancelled where an id was refused', async () => {
  const { open, pass, during } = rig()
  const o = await open()
  const run = await during(o.start(late, 'in'))
  await pass(100)
  await expect(during(run.signal(go, 1, { id: '$cancel' }))).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  await during(run.cancel('enough'))
  expect(await during(run.result())).toMatchObject({ status: 'cancelled', reason: 'enough' })
  await during(o.close())
})

test('a signal that was taken may be sent again after the run has ended', async () => {
  const { open, during } = rig()
  const o = await open()
  await using t = await createTestOrchestrator({ workflows })
  for (const one of [o, t]) {
    const run = await during(one.start(waiting, 1))
    await during(run.signal(go, 'went', { id: 'same' }))
    expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'went' })
    await during(run.signal(go, 'went', { id: 'same' }))
    await expect(during(run.signal(go, 'went', { id: 'new' }))).rejects.toMatchObject({ code: 'workflow.not_open' })
  }
  await during(o.close())
})
