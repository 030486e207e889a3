import { expect, test } from 'vitest'
import { z } from 'zod'
import { processes } from '../../../../../test/runs/processes.ts'
import { agent, operation, signal, type Workflow, workflow } from '../../index.js'

const any = z.any()
const calls: string[] = []
const tools = agent('tools', {
  echo: operation({ input: any, output: any, run: (input, { step }) => (calls.push(step ?? ''), input) }),
})
const ok = signal('ok', any)
type AnyFlow = Workflow<unknown, unknown, Readonly<Record<string, unknown>>>

const one: AnyFlow = workflow('flow', { input: any, output: any })
  .step('first', tools.echo)
  .waitFor('ok', ok)
  .step('last', tools.echo, { with: ({ steps }) => steps.ok })
  .output(['last'], ({ steps }) => ({ version: 1, last: steps.last as unknown }))
const renamed = workflow('flow', { input: any, output: any })
  .step('begin', tools.echo)
  .waitFor('ok', ok)
  .step('last', tools.echo, { with: ({ steps }) => steps.ok })
  .output(['begin', 'last'], ({ steps }) => ({
    version: 2,
    begin: steps.begin as unknown,
    last: steps.last as unknown,
  }))

/** Processes, one after the other, on one store. */
function line() {
  calls.length = 0
  const { open: openOne, pass, during } = processes()
  const open = (...workflows: AnyFlow[]) => openOne({ workflows })
  /** A run that waits, of a process that is gone. */
  const begun = async () => {
    const o = await open(one)
    expect(await during(o.run(one, 'in', { id: 'it' }))).toMatchObject({ status: 'suspended' })
    await during(o.close())
    calls.length = 0
  }
  return { open, pass, during, begun }
}

test('a step that is recorded and is no more is told by name, before anything is done', async () => {
  const { open, during, begun, pass } = line()
  await begun()
  const o = await open(renamed)
  const run = o.attach(renamed as AnyFlow, 'it')
  await during(run.signal(ok, 5))
  await pass(1_000)
  expect(await during(run.result())).toMatchObject({
    status: 'needs-attention',
    because: 'definition-changed',
    step: 'first',
  })
  expect(calls).toEqual([])
  await during(o.close())

  const back = await open(one)
  await during(back.attach(one, 'it').resume())
  expect(await during(back.attach(one, 'it').result())).toMatchObject({ status: 'succeeded', output: { version: 1 } })
  await during(back.close())
})

test('a change that leaves all that is recorded in its place is gone on with', async () => {
  const longer: AnyFlow = workflow('flow', { input: any, output: any })
    .step('first', tools.echo)
    .waitFor('ok', ok)
    .step('more', tools.echo)
    .output(['more'], () => 'more')
  const { open, during, begun } = line()
  await begun()
  const o = await open(longer)
  await during(o.attach(longer, 'it').signal(ok, 5))
  expect(await during(o.attach(longer, 'it').result())).toMatchObject({ status: 'succeeded', output: 'more' })
  expect(calls).toEqual(['more'])
  await during(o.close())
})

test('versions stand side by side; each run keeps its own', async () => {
  const two = renamed.version(2) as AnyFlow
  const { open, during, begun } = line()
  await begun()
  const o = await open(two, one)
  await during(o.attach(one, 'it').signal(ok, 5))
  expect(await during(o.attach(one, 'it').result())).toMatchObject({ output: { version: 1, last: 5 } })
  const run = await during(o.start(two, 'new'))
  await during(run.signal(ok, 6))
  expect(await during(run.result())).toMatchObject({ output: { version: 2, begin: 'new', last: 6 } })
  await expect(during(o.attach(two, 'it').result())).rejects.toMatchObject({ code: 'workflow.wrong_workflow' })
  await during(o.close())
})

test('a run of a version that nobody holds waits for one who does', async () => {
  const two = renamed.version(2) as AnyFlow
  const { open, during, begun, pass } = line()
  await begun()
  const newer = await open(two)
  await expect(during(newer.attach(two, 'it').signal(ok, 5))).resolves.toBeUndefined()
  await pass(1_000)
  expect(await newer.runs.get('it')).toMatchObject({ status: 'suspended' })
  const older = await open(one)
  expect(await during(older.attach(one, 'it').result())).toMatchObject({ output: { version: 1, last: 5 } })
  await during(Promise.all([newer.close(), older.close()]))
})

test('a newer version goes on with the runs of an older one that it migrates', async () => {
  const two = renamed.version(2, {
    migrate: { from: [1], steps: ({ steps }) => ({ begin: `was ${String(steps.first)}` }) },
  }) as AnyFlow
  const { open, during, begun } = line()
  await begun()
  const o = await open(two)
  const run = o.attach(two, 'it')
  await during(run.signal(ok, 5))
  expect(await during(run.result())).toMatchObject({ output: { version: 2, begin: 'was in', last: 5 } })
  expect(calls).toEqual(['last'])
  expect(await o.runs.get('it')).toMatchObject({ version: 1, status: 'succeeded' })
  await during(o.close())
})

test.each([
  ['throws', () => expect.unreachable(), 'workflow.function_failed'],
  ['names a step that is none', () => ({ other: 1 }), 'workflow.definition_changed'],
])('a migration that %s fails the run, and says so', async (_name, steps, code) => {
  const two = renamed.version(2, { migrate: { from: [1], steps } }) as AnyFlow
  const { open, during, begun } = line()
  await begun()
  const o = await open(two, one)
  const newer = await open(two)
  const run = newer.attach(two, 'it')
  await expect(during(run.result())).rejects.toMatchObject({ code })
  await during(Promise.all([newer.close(), o.close()]))
})

test('one name and version is given once', async () => {
  await expect(line().open(one, renamed as AnyFlow)).rejects.toMatchObject({ code: 'workflow.duplicate' })
})
