// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import { agent, type AgentProtocol, need, operation, perTenant } from '@baton/core'
import { createTestOrchestrator, fails, Flaky, real, stub } from '@baton/core/testing'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

interface Db {
  query(sql: string): Promise<string[]>
}
declare const pool: Db
declare const legacy: AgentProtocol

const reader = agent('reader', {
  read: operation({
    needs: { db: need<Db>() },
    input: z.object({ text: z.string(), limit: z.number().default(1) }),
    output: z.object({ rows: z.array(z.string()) }),
    run: async ({ text }, { db }) => ({ rows: await db.query(text) }),
  }),
})

// ---- stubs

stub(reader.read, { rows: [] })
stub(reader.read, fails('db.timeout'), { rows: ['a'] }, fails('db.gone', { retryable: false }))
stub(reader.read, ({ text }) => ({ rows: [text] }))
stub(reader.read, async ({ limit }) => {
  expectType<Equal<typeof limit, number | undefined>>()
  return { rows: [] }
})
stub(reader.read)
real(reader.read)
// @ts-expect-error: misspelt
stub(reader.read, { row: [] })
// @ts-expect-error: of another type
stub(reader.read, { rows: [5] })
// @ts-expect-error: the second answer is none
stub(reader.read, { rows: [] }, 'rows')
// @ts-expect-error: the function gives no answer
stub(reader.read, () => ({ rows: 5 }))
// @ts-expect-error: an agent is no operation
stub(reader, { rows: [] })

// ---- a test provides what it comes to

void createTestOrchestrator({ agents: [reader, legacy] })
void createTestOrchestrator({ agents: [reader], provide: { db: pool } })
void createTestOrchestrator({ agents: [reader], provide: {}, clock: 'manual', seed: 3, stubs: [real(reader.read)] })
// @ts-expect-error: `db` is no Db
void createTestOrchestrator({ agents: [reader], provide: { db: 5 } })
// @ts-expect-error: there is no such clock
void createTestOrchestrator({ agents: [reader], clock: 'fast' })

// ---- what it remembers

const t = await createTestOrchestrator({ agents: [reader] })
const calls = t.calls(reader.read)
const [first] = calls
expectType<
  Equal<typeof first extends { input: infer I } | undefined ? I : never, { text: string; limit?: number | undefined }>
>()
expectType<Equal<NonNullable<typeof first>['output'], { rows: string[] } | undefined>>()
const asked = t.ask(reader.read, { text: '' })
expectType<Equal<typeof asked, Promise<{ rows: string[] }>>>()
// @ts-expect-error: the input is wrong
void t.ask(reader.read, { text: 5 })
// @ts-expect-error: a call has no such member
void first?.result

// ---- a flaky port is the port

const flaky = Flaky.wrap(pool, { failRate: 0.5, seed: 1 })
expectType<Equal<typeof flaky, Db>>()
// @ts-expect-error: a rate is a number
Flaky.wrap(pool, { failRate: '50%' })
// @ts-expect-error: there is no such plan
Flaky.wrap(pool, { rate: 0.5 })

// A part that is made for each tenant may stand for a need here too, as it may in createOrchestrator.
void createTestOrchestrator({ agents: [reader], provide: { db: perTenant(() => pool) } })
