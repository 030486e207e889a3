// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import {
  agent,
  type AgentProtocol,
  createOrchestrator,
  need,
  operation,
  perTenant,
  scoped,
  singleton,
  token,
  transient,
} from '@baton/core'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

interface Db {
  query(sql: string): Promise<string[]>
}
declare const pool: Db
declare const legacy: AgentProtocol

const Text = z.object({ text: z.string(), limit: z.number().default(1) })
const echo = agent('echo', { say: operation({ input: Text, output: Text, run: (input) => input }) })
const reader = agent('reader', {
  read: operation({
    needs: { db: need<Db>() },
    input: Text,
    output: Text,
    run: async ({ text }, { db }) => ({ text: (await db.query(text)).join() }),
  }),
  skim: operation({ needs: { lamp: need<{ on: boolean }>() }, input: Text, output: Text, run: (input) => input }),
})
const finder = agent('finder', {
  find: operation({
    needs: { search: need(token<{ find(): string }>('acme.search')) },
    input: Text,
    output: Text,
    run: (_, { search }) => ({ text: search.find() }),
  }),
})
const lamp = { on: true }

// ---- what agents need has to be provided

void createOrchestrator({})
void createOrchestrator({ agents: [] })
void createOrchestrator({ agents: [echo] })
void createOrchestrator({ agents: [echo], provide: { more: 1 } })
void createOrchestrator({ agents: [echo, reader], provide: { db: pool, lamp } })
void createOrchestrator({ agents: [reader], provide: { db: pool, lamp, more: 1 } })
// A port is filled by whoever fills it: a plugin, a binding.
void createOrchestrator({ agents: [finder] })
void createOrchestrator({ agents: [finder, legacy] })

// @ts-expect-error: no provide at all
void createOrchestrator({ agents: [reader] })
// @ts-expect-error: `lamp` is missing
void createOrchestrator({ agents: [reader], provide: { db: pool } })
// @ts-expect-error: both are missing
void createOrchestrator({ agents: [reader], provide: {} })
// @ts-expect-error: `db` is no Db
void createOrchestrator({ agents: [reader], provide: { db: { query: 1 }, lamp } })
// @ts-expect-error: `db` is misspelt
void createOrchestrator({ agents: [reader], provide: { bd: pool, lamp } })
// @ts-expect-error: what one of several agents needs is missing
void createOrchestrator({ agents: [echo, reader, finder], provide: { lamp } })

// ---- a need may be provided as something that makes it

void createOrchestrator({ agents: [reader], provide: { db: perTenant(() => pool), lamp: transient(() => lamp) } })
void createOrchestrator({ agents: [reader], provide: { db: perTenant(async () => pool), lamp: scoped(() => lamp) } })
void createOrchestrator({ agents: [reader], provide: { db: singleton(async () => pool), lamp } })
// @ts-expect-error: what is made is no Db
void createOrchestrator({ agents: [reader], provide: { db: perTenant(() => 'db'), lamp } })
// @ts-expect-error: what is made is no Db
void createOrchestrator({ agents: [reader], provide: { db: singleton(async () => 5), lamp } })
// @ts-expect-error: a bare factory is no Db
void createOrchestrator({ agents: [reader], provide: { db: () => pool, lamp } })

// ---- what is an agent

void createOrchestrator({ agents: [legacy] })
void createOrchestrator({ agents: [legacy, echo] })
// @ts-expect-error: a text is no agent
void createOrchestrator({ agents: ['echo'] })
// @ts-expect-error: it has no process
void createOrchestrator({ agents: [{ name: 'half', capabilities: () => ({ operations: {} }) }] })
// @ts-expect-error: an operation is no agent
void createOrchestrator({ agents: [echo.say] })
// @ts-expect-error: there is no such option
void createOrchestrator({ agents: [echo], plugin: [] })
// @ts-expect-error: there is no such setting
void createOrchestrator({ settings: { dispatch: { timeoutMs: 5 } } })

// ---- asking

const orchestrator = await createOrchestrator({ agents: [echo, legacy] })
const asked = orchestrator.ask(echo.say, { text: 'a' })
expectType<Equal<typeof asked, Promise<{ text: string; limit: number }>>>()
// @ts-expect-error: the input is wrong
void orchestrator.ask(echo.say, { text: 5 })
// @ts-expect-error: the input lacks a member
void orchestrator.ask(echo.say, {})
// @ts-expect-error: there is no such member
void orchestrator.ask(echo.say, { text: '', lmit: 1 })
// @ts-expect-error: there is no input
void orchestrator.ask(echo.say)
// @ts-expect-error: an agent is no operation
void orchestrator.ask(echo, { text: '' })
// @ts-expect-error: a priority that there is not
void orchestrator.ask(echo.say, { text: '' }, { priority: 'urgent' })
// @ts-expect-error: a timeout is a number
void orchestrator.ask(echo.say, { text: '' }, { timeoutMs: '5s' })
const ofTenant = orchestrator.tenant('acme').ask(echo.say, { text: '' })
expectType<Equal<typeof ofTenant, Promise<{ text: string; limit: number }>>>()
const inScope = orchestrator.scope({ tenant: 'acme' }).ask(echo.say, { text: '' })
expectType<Equal<typeof inScope, Promise<{ text: string; limit: number }>>>()

// ---- listening

orchestrator.on('call.finished', ({ type, ms, outcome }) => {
  expectType<Equal<typeof type, 'call.finished'>>()
  expectType<Equal<typeof ms, number>>()
  expectType<Equal<typeof outcome, 'succeeded' | 'failed' | 'cancelled'>>()
})
// @ts-expect-error: there is no such event
orchestrator.on('call.finish', () => {})
// @ts-expect-error: this event has no outcome
orchestrator.on('call.started', ({ outcome }) => outcome)
