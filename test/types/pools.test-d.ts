// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import {
  adapt,
  agent,
  type AgentProtocol,
  createOrchestrator,
  need,
  type Operation,
  operation,
  pool,
} from '@baton/core'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

interface Db {
  query(sql: string): Promise<string[]>
}
interface Lamp {
  readonly on: boolean
}
declare const db: Db
declare const lamp: Lamp
declare const legacy: AgentProtocol

const Query = z.object({ text: z.string(), limit: z.number().default(10) })
const Hits = z.object({ hits: z.array(z.string()) })

const local = agent('local', {
  find: operation({
    needs: { db: need<Db>() },
    input: Query,
    output: Hits,
    run: async ({ text }, call) => ({ hits: await call.db.query(text) }),
  }),
})
const remote = adapt(legacy, { find: { input: Query, output: Hits } })
const indexer = agent('indexer', {
  find: operation({ needs: { lamp: need<Lamp>() }, input: Query, output: Hits, run: () => ({ hits: [] }) }),
  index: operation({ input: z.object({ url: z.string() }), output: z.number(), run: () => 1 }),
})

// ---- a pool has the operations of its members, typed

type Find<Provided> = Operation<{ text: string; limit?: number | undefined }, { hits: string[] }, Provided>

const alike = pool('search', [local, local])
expectType<Equal<(typeof alike)['find'], Find<{ readonly db: Db }>>>()
const search = pool('search', [local, { agent: indexer, weight: 2, capacity: 20, minPriority: 'high' }])
expectType<Equal<keyof typeof search, 'find' | 'index'>>()
expectType<Equal<(typeof search)['find'], Find<{ readonly db: Db } & { readonly lamp: Lamp }>>>()
expectType<Equal<(typeof search)['index'], (typeof indexer)['index']>>()
const nested = pool('all', [search, remote])
expectType<Equal<keyof typeof nested, 'find' | 'index'>>()

// @ts-expect-error: no member has it
void search.remove
// @ts-expect-error: an operation is no function
search.find({ text: '' })

// ---- what goes in has to suit all members, what comes out is of any

const other = agent('other', {
  find: operation({
    input: z.object({ text: z.string(), language: z.string() }),
    output: z.object({ count: z.number() }),
    run: () => ({ count: 0 }),
  }),
})
const mixed = pool('search', [local, other])
const orchestrator = await createOrchestrator({ agents: [alike], provide: { db } })
const found = await orchestrator.ask(mixed.find, { text: '', language: 'en' })
expectType<Equal<typeof found, { hits: string[] } | { count: number }>>()
// @ts-expect-error: one of the members wants a language
void orchestrator.ask(mixed.find, { text: '' })

const hits = await orchestrator.ask(alike.find, { text: 'otters' })
expectType<Equal<typeof hits, { hits: string[] }>>()
// @ts-expect-error: a text is no number
void orchestrator.ask(alike.find, { text: 5 })
// @ts-expect-error: there is no text
void orchestrator.ask(alike.find, {})

// ---- what the members need has to be provided

void createOrchestrator({ agents: [search], provide: { db, lamp } })
void createOrchestrator({ agents: [nested], provide: { db, lamp } })
void createOrchestrator({ agents: [pool('far', [remote])] })
// @ts-expect-error: nothing is provided
void createOrchestrator({ agents: [search] })
// @ts-expect-error: what one of the members needs is missing
void createOrchestrator({ agents: [search], provide: { db } })
// @ts-expect-error: so it is when it is a member of a member
void createOrchestrator({ agents: [nested], provide: { lamp } })

// ---- how a pool is described

pool('search', [local], { strategy: 'consistent-hash', key: (message) => message.session ?? '' })
pool('search', [local], { strategy: { name: 'first', choose: ([first]) => first ?? raise() }, groups: ['finders'] })
pool('search', [local], { ejection: false, health: { intervalMs: 5_000 }, panicBelow: 0.3, slowStartMs: 0 })
declare function raise(): never

// @ts-expect-error: there is no such strategy
pool('search', [local], { strategy: 'random' })
// @ts-expect-error: a strategy returns a candidate
pool('search', [local], { strategy: { name: 'none', choose: () => 5 } })
// @ts-expect-error: a key is a text
pool('search', [local], { key: () => 5 })
// @ts-expect-error: there is no such option
pool('search', [local], { strateggy: 'adaptive' })
// @ts-expect-error: there is no such priority
pool('search', [{ agent: local, minPriority: 'urgent' }])
// @ts-expect-error: an operation is no member
pool('search', [local.find])
// @ts-expect-error: an agent that was not adapted has no operations
pool('search', [legacy])
// @ts-expect-error: one agent is no list
pool('search', local)
