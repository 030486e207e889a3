import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, type Workflow, workflow } from '../../index.js'

const any = z.any()
const calls: string[] = []
let answer: () => unknown = () => 'charged'
const bank = agent('bank', {
  charge: operation({
    input: any,
    output: any,
    run: (_, { step }) => {
      calls.push(step ?? '')
      return answer()
    },
  }),
  echo: operation({ input: any, output: any, run: (input) => input }),
})
const flow = workflow('flow', { input: any, output: any })
  .step('charge', bank.charge, { atMostOnce: true })
  .output(['charge'], ({ steps }) => steps.charge)

type AnyFlow = Workflow<unknown, unknown, Readonly<Record<string, unknown>>>
const never = () => new Promise<never>(() => {})

/** Processes, one after the other, on one store: each is gone without a word when the next one comes. */
function line(first: AnyFlow = flow) {
  calls.length = 0
  const { open: openOne, pass, during } = processes()
  const open = (one: AnyFlow = first, maxTakeovers = 5) =>
    openOne({ workflows: [one], settings: { journal: { instance: 'same', maxTakeovers } } })
  /** Whatever is under way in a process is left where it stands. */
  const begin = async (id: string, maxTakeovers?: number) => {
    answer = never
    const o = await open(first, maxTakeovers)
    void o.run(first, 'in', { id })
    await pass(100)
    return o
  }
  return { open, begin, pass, during }
}

async function unclear() {
  const rig = line()
  await rig.begin('it')
  expect(calls).toEqual(['charge'])
  answer = () => 'charged again'
  const o = await rig.open()
  await rig.pass(200)
  const run = o.attach(flow, 'it')
  return { ...rig, o, run }
}

test('a step that is done at most once is not done again when nobody knows what came of it', async () => {
  const { o, run, during } = await unclear()
  const told = { ok: false, status: 'needs-attention', step: 'charge', because: 'outcome-unknown' }
  expect(await during(run.result())).toMatchObject(told)
  expect(calls).toEqual(['charge'])
  expect(await o.runs.list({ status: 'needs-attention' })).toMatchObject({ runs: [{ id: 'it' }] })
})

test('a person says what came of it', async () => {
  const { run, during } = await unclear()
  await during(run.resolve('charge', { output: 'seen in the books' }))
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'seen in the books' })
  expect(calls).toEqual(['charge'])
})

test('a person says that it has failed', async () => {
  const { run, during } = await unclear()
  await during(run.resolve('charge', { failure: 'the bank says no' }))
  const result = await during(run.result())
  expect(result).toMatchObject({ status: 'failed', failedStep: 'charge' })
  expect(result.status === 'failed' && result.failure.message).toContain('the bank says no')
  expect(calls).toEqual(['charge'])
})

test('a person has it done once more', async () => {
  const { run, during } = await unclear()
  await during(run.resolve('charge', 'retry'))
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'charged again' })
  expect(calls).toEqual(['charge', 'charge'])
})

test('a step that was allowed once more, and is unclear again, is asked about again', async () => {
  const { run, during, open, pass } = await unclear()
  answer = never
  await during(run.resolve('charge', 'retry'))
  await pass(100)
  const next = await open()
  await pass(200)
  const again = next.attach(flow, 'it')
  expect(await during(again.result())).toMatchObject({ status: 'needs-attention', step: 'charge' })
  answer = () => 'third'
  await during(again.resolve('charge', 'retry'))
  expect(await during(again.result())).toMatchObject({ status: 'succeeded', output: 'third' })
})

test('only the step that is unclear is decided about, and only while it is', async () => {
  const { run, during } = await unclear()
  await expect(during(run.resolve('chrage' as never, 'retry'))).rejects.toMatchObject({
    code: 'workflow.invalid_option',
  })
  await expect(during(run.resolve('charge', {} as never))).rejects.toMatchObject({ code: 'workflow.invalid_option' })
  await expect(during(run.resolve('charge', 'again' as never))).rejects.toMatchObject({
    code: 'workflow.invalid_option',
  })
  await during(run.resolve('charge', { output: 1 }))
  await during(run.result())
  await expect(during(run.resolve('charge', { output: 2 }))).rejects.toMatchObject({ code: 'workflow.not_open' })
  await expect(during(run.resume())).rejects.toMatchObject({ code: 'workflow.not_open' })
})

test('a run that needs attention may be cancelled', async () => {
  const { run, during } = await unclear()
  await during(run.cancel('never mind'))
  expect(await during(run.result())).toMatchObject({ status: 'cancelled', reason: 'never mind' })
})

test('of two who resume one run, one wins', async () => {
  const { run, o, during } = await unclear()
  const outcomes = await during(
    Promise.allSettled([
      run.resolve('charge', { output: 'one' }),
      o.attach(flow, 'it').resolve('charge', { output: 'two' }),
    ]),
  )
  const result = await during(run.result())
  expect(['one', 'two']).toContain(result.status === 'succeeded' && result.output)
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  expect(calls).toEqual(['charge'])
})

test('a run that is taken over too often waits for a person, who has it go on', async () => {
  const plain = workflow('flow', { input: any, output: any })
    .step('charge', bank.charge)
    .output(['charge'], ({ steps }) => steps.charge)
  const { begin, open, pass, during } = line(plain)
  await begin('it', 2)
  for (let turn = 0; turn < 2; turn++) {
    await open(plain, 2)
    await pass(100)
  }
  expect(calls).toHaveLength(3)
  const o = await open(plain, 2)
  await pass(100)
  expect(calls).toHaveLength(3)
  const run = o.attach(plain, 'it')
  expect(await during(run.result())).toMatchObject({ status: 'needs-attention', because: 'too-many-recoveries' })
  await expect(during(run.resolve('charge', 'retry'))).rejects.toThrow('resume(): no step of it is unclear')
  answer = () => 'at last'
  await during(run.resume())
  expect(await during(run.result())).toMatchObject({ status: 'succeeded', output: 'at last' })
})
