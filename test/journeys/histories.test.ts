import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { assertReplays, createOrchestrator, type History, isFailure, orThrow, workflow } from '@baton/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { answer, schema } from './flows/answer.ts'
import { generate } from './flows/generate.ts'
import { report } from './flows/report.ts'

const folder = new URL('histories/', import.meta.url)
const db = { query: async () => [1, 2, 3] }

/** How the histories beside this file were made; a run of today must come to the same records. */
const recordings = {
  'answer.json': async () => recorded(answer, { question: 'How many otters?' }),
  'generate.json': async () => recorded(generate, { query: 'otters', mode: 'train' }),
  'report.json': async () => recorded(report, { request: 'cases and escalations', customer: 'acme' }),
}

async function recorded(flow: typeof answer | typeof generate | typeof report, input: unknown): Promise<History> {
  await using orchestrator = await createOrchestrator({ workflows: [answer, generate, report], provide: { db } })
  const result = await orchestrator.run(flow as never, input as never, { id: 'golden', session: 's1' })
  orThrow(result)
  return (await orchestrator.runs.history('golden')) as History
}

const kept = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as History
const flows = { 'answer.json': answer, 'generate.json': generate, 'report.json': report } as const

test.each(Object.keys(recordings) as (keyof typeof recordings)[])(
  '%s is read by the workflow of today',
  async (file) => {
    if (!readdirSync(folder).includes(file)) {
      const history = await recordings[file]()
      writeFileSync(new URL(file, folder), `${JSON.stringify(history, null, 2)}\n`)
      throw new Error(`There was no ${file}; it has been made. See that it is what it should be, and keep it.`)
    }
    await assertReplays(flows[file], [kept(file)])
  },
)

test.each(Object.keys(recordings) as (keyof typeof recordings)[])('%s is what a run of today records', async (file) => {
  const essence = ({ head, records }: History) => ({
    head: [head.workflow, head.version, head.shape, head.status, head.input],
    records: records
      .map(({ key, kind, agent, body }) => [key, kind, agent, body])
      .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  })
  expect(essence(await recordings[file]())).toEqual(essence(kept(file)))
})

test('a workflow that no longer has a recorded step is told by its name', async () => {
  const shorter = workflow('answer', { input: z.any(), output: z.any() })
    .step('schema', schema.analyze)
    .output(['schema'], ({ steps }) => steps.schema)
  const failure = await assertReplays(shorter, [kept('answer.json')]).catch((error: unknown) => error)
  expect(isFailure(failure, 'workflow.definition_changed') && failure.message).toMatch(
    /the step (context|rows|sql|summary) /,
  )
})

test('a workflow that would do more is told, too', async () => {
  const longer = workflow('report', { input: z.any(), output: z.any() })
    .step('customer', schema.analyze)
    .step('more', schema.analyze, { with: () => ({ question: '' }) })
    .output(['more'], ({ steps }) => steps.more)
  const history = kept('report.json')
  const only = { ...history, records: history.records.filter(({ key }) => key === 'customer') }
  const failure = await assertReplays(longer, [only]).catch((error: unknown) => error)
  expect(isFailure(failure, 'workflow.definition_changed') && failure.message).toMatch('the step more is not recorded')
})

test('another workflow, or version, is not read at all', async () => {
  await expect(assertReplays(report, [kept('answer.json')])).rejects.toMatchObject({ code: 'workflow.wrong_workflow' })
  await expect(assertReplays(answer.version(2), [kept('answer.json')])).rejects.toMatchObject({
    code: 'workflow.wrong_workflow',
  })
  const migrated = answer.version(2, { migrate: { from: [1], steps: ({ steps }) => steps } })
  await assertReplays(migrated, [kept('answer.json')])
})
