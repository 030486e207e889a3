// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import {
  agent,
  createOrchestrator,
  need,
  operation,
  type orThrow,
  perTenant,
  signal,
  type StepOutcome,
  workflow,
} from '@baton/core'
import { createTestOrchestrator, stub } from '@baton/core/testing'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

interface Db {
  query(sql: string): Promise<string[]>
}
declare const pool: Db
declare const dbOf: (tenant: string | undefined) => Db

const Question = z.object({ question: z.string(), limit: z.number().default(10) })
const reader = agent('reader', {
  read: operation({
    needs: { db: need<Db>() },
    input: Question,
    output: z.object({ rows: z.array(z.string()) }),
    run: async ({ question }, { db }) => ({ rows: await db.query(question) }),
  }),
})
const writer = agent('writer', {
  write: operation({
    input: z.object({ rows: z.array(z.string()) }),
    output: z.object({ text: z.string() }),
    run: ({ rows }) => ({ text: rows.join() }),
  }),
})
const approved = signal('approved', z.object({ by: z.string(), notes: z.string().default('') }))
const answer = workflow('answer', { input: Question, output: z.object({ text: z.string() }) })
  .step('rows', reader.read)
  .step('text', writer.write, { with: ({ steps }) => steps.rows })
  .waitFor('approval', approved)
  .output(['text'], ({ steps }) => steps.text)
const plain = workflow('plain', {
  input: z.object({ rows: z.array(z.string()) }),
  output: z.object({ text: z.string() }),
})
  .step('text', writer.write)
  .output(['text'], ({ steps }) => steps.text)

// ---- what workflows need has to be provided

await createOrchestrator({ workflows: [plain] })
await createOrchestrator({ workflows: [answer], provide: { db: pool } })
await createOrchestrator({ workflows: [answer, plain], provide: { db: perTenant(dbOf) } })
await createOrchestrator({ workflows: [plain], agents: [reader], provide: { db: pool } })
// @ts-expect-error: the workflow needs db
await createOrchestrator({ workflows: [answer] })
// @ts-expect-error: nothing is provided
await createOrchestrator({ workflows: [answer], provide: {} })
// @ts-expect-error: of another type
await createOrchestrator({ workflows: [answer], provide: { db: 5 } })
// @ts-expect-error: no workflow
await createOrchestrator({ workflows: [reader], provide: { db: pool } })
// @ts-expect-error: there is no such role
await createOrchestrator({ workflows: [plain], role: 'boss' })

// ---- running

const orchestrator = await createOrchestrator({ workflows: [answer], provide: { db: pool } })
// What has a default may be left out.
const result = await orchestrator.run(answer, { question: 'x' }, { session: 's1', tenant: 'acme' })
// @ts-expect-error: misspelt
await orchestrator.run(answer, { qestion: 'x' })
// @ts-expect-error: of another type
await orchestrator.run(answer, { question: 5 })
// @ts-expect-error: there is no such choice
await orchestrator.run(answer, { question: 'x' }, { whenBusy: 'wait' })
// @ts-expect-error: a run that is started is cancelled by its handle
await orchestrator.start(answer, { question: 'x' }, { signal: AbortSignal.abort() })

expectType<Equal<typeof result.runId, string>>()
expectType<Equal<typeof result.steps.rows, StepOutcome<{ rows: string[] }> | undefined>>()
// @ts-expect-error: there is no such step
void result.steps.row
// @ts-expect-error: only where it is ok
void result.output
switch (result.status) {
  case 'succeeded':
    expectType<Equal<typeof result.output, { text: string }>>()
    break
  case 'partial':
    void result.output.text
    void result.failures.text?.code
    void result.failures['text/inner']?.code
    // @ts-expect-error: there is no such step
    void result.failures.txt
    break
  case 'failed':
    result.failedStep satisfies 'rows' | 'text' | 'approval' | undefined
    result.suggestions satisfies readonly string[]
    break
  case 'cancelled':
    void result.reason
    break
  case 'suspended':
    result.waitingFor[0]?.step satisfies 'rows' | 'text' | 'approval' | undefined
    break
  case 'running':
    result.because satisfies 'stopped-waiting' | 'host-closing' | 'taken-over'
    break
  case 'needs-attention':
    result.because satisfies 'outcome-unknown' | 'definition-changed' | 'too-many-recoveries'
    break
  default:
    result satisfies never
}
expectType<Equal<ReturnType<typeof orThrow<{ text: string }>>, { text: string }>>()

// ---- handles

const run = await orchestrator.start(answer, { question: 'x' }, { id: 'q-42', whenBusy: 'reject' })
await run.signal(approved, { by: 'me' })
// @ts-expect-error: misspelt
await run.signal(approved, { from: 'me' })
await run.resolve('text', { output: { text: '' } })
// @ts-expect-error: there is no such step
await run.resolve('txt', 'retry')
await run.rerunFrom('text', { edit: { input: { question: 'y' }, steps: { rows: { rows: [] } } } })
// @ts-expect-error: of another type
await run.rerunFrom('text', { edit: { steps: { rows: { rows: [5] } } } })
for await (const event of orchestrator.attach(answer, 'q-42', { tenant: 'acme' }).events({ after: 3 })) {
  if (event.type === 'run.finished') event.result satisfies typeof result
  if (event.type === 'step.finished' && event.status === 'failed') void event.failure.code
  // @ts-expect-error: there is no such event
  if (event.type === 'step.ended') break
}
const acme = orchestrator.tenant('acme')
void (await acme.run(answer, { question: 'x' })).steps.rows
void (await orchestrator.runs.list({ status: ['suspended', 'needs-attention'], limit: 10 })).next
// @ts-expect-error: there is no such status
await orchestrator.runs.list({ status: 'done' })

// ---- tests

const t = await createTestOrchestrator({ workflows: [answer], stubs: [stub(reader.read, { rows: [] })] })
await t.survivesCrashAtEveryStep(answer, { question: 'x' }, { signals: [{ signal: approved, payload: { by: 'me' } }] })
// @ts-expect-error: misspelt
await t.survivesCrashAtEveryStep(answer, { qestion: 'x' })
