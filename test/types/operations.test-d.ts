// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import { adapt, agent, type AgentProtocol, type CallContext, need, type Operation, operation, token } from '@baton/core'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

interface Db {
  query(sql: string): Promise<string[]>
}

const Text = z.object({ text: z.string() })
const Query = z.object({ sql: z.string(), limit: z.number().default(100) })
const Rows = z.object({ rows: z.array(z.string()), at: z.string().transform((text) => text.length) })

// ---- callers see the input type, code the output type, of the input; the other way round of the output

const execute = operation({
  needs: { db: need<Db>() },
  input: Query,
  output: Rows,
  run: async (input, call) => {
    expectType<Equal<typeof input, { sql: string; limit: number }>>()
    expectType<Equal<typeof call.db, Db>>()
    expectType<Equal<typeof call.signal, AbortSignal>>()
    return { rows: await call.db.query(input.sql), at: 'now' }
  },
})
expectType<
  Equal<
    typeof execute,
    Operation<{ sql: string; limit?: number | undefined }, { rows: string[]; at: number }, { readonly db: Db }>
  >
>()

// ---- the code of an operation

// @ts-expect-error: what it returns is no output
operation({ input: Text, output: Text, run: () => ({ text: 5 }) })
// @ts-expect-error: what its promise resolves with is no output
operation({ input: Text, output: Text, run: async () => ({ txt: 'a' }) })
// @ts-expect-error: it returns nothing
operation({ input: Text, output: Text, run: () => {} })
// @ts-expect-error: there is no code
operation({ input: Text, output: Text })
// @ts-expect-error: there is no output schema
operation({ input: Text, run: () => ({}) })
// @ts-expect-error: a JSON Schema is none of Standard Schema
operation({ input: { type: 'object' }, output: Text, run: () => ({ text: '' }) })
// @ts-expect-error: the input has no such member
operation({ input: Text, output: Text, run: ({ txt }) => ({ text: txt }) })
// @ts-expect-error: nothing called db is needed
operation({ input: Text, output: Text, run: (_, { db }) => db })

// ---- needs by the names of the context

// @ts-expect-error: `signal` is a name of CallContext
operation({ needs: { signal: need<number>() }, input: Text, output: Text, run: (input) => input })
// @ts-expect-error: `ask` is a name of CallContext, and one of two is enough
operation({ needs: { db: need<Db>(), ask: need<number>() }, input: Text, output: Text, run: (input) => input })
// @ts-expect-error: a type is no need
operation({ needs: { db: {} as Db }, input: Text, output: Text, run: (input) => input })

// ---- a need by the token of a port is not asked of the host

const search = token<{ find(text: string): string }>('acme.search')
const finding = operation({
  needs: { search: need(search), db: need<Db>() },
  input: Text,
  output: Text,
  run: ({ text }, { search }) => ({ text: search.find(text) }),
})
expectType<Equal<typeof finding extends Operation<never, unknown, infer N> ? N : never, { readonly db: Db }>>()

// ---- agents

const executor = agent('executor', { execute })
expectType<Equal<(typeof executor)['execute'], typeof execute>>()
// @ts-expect-error: an operation is no function
executor.execute({ sql: '' })
// @ts-expect-error: an operation is no number
executor.execute satisfies number
// @ts-expect-error: there is no such operation
void executor.run
// @ts-expect-error: an agent is frozen
executor.execute = execute
// @ts-expect-error: a function is no operation
agent('executor', { execute: () => 1 })
// @ts-expect-error: a name is a text
agent(5, { execute })

// @ts-expect-error: reserved
agent('executor', { process: execute })
// @ts-expect-error: reserved
agent('executor', { capabilities: execute })
// @ts-expect-error: reserved
agent('executor', { health: execute })
// @ts-expect-error: reserved
agent('executor', { close: execute })
// @ts-expect-error: reserved
agent('executor', { name: execute })
declare const word: 'then'
// @ts-expect-error: reserved
agent('executor', { [word]: execute })
// @ts-expect-error: reserved
agent('executor', { ['__proto__']: execute })
// @ts-expect-error: reserved
agent('executor', { constructor: execute })
// @ts-expect-error: reserved, beside one that is not
agent('executor', { execute, health: execute })

// ---- agents of the host’s own making

declare const legacy: AgentProtocol
const typed = adapt(legacy, { translate: { input: Query, output: Rows } })
expectType<
  Equal<
    typeof typed.translate,
    Operation<{ sql: string; limit?: number | undefined }, { rows: string[]; at: number }, object>
  >
>()
// @ts-expect-error: there is no such operation
void typed.interpret
// @ts-expect-error: reserved
adapt(legacy, { process: { input: Text, output: Text } })
// @ts-expect-error: a contract has two schemas
adapt(legacy, { translate: { input: Text } })
// @ts-expect-error: no agent
adapt({ name: 'legacy' }, { translate: { input: Text, output: Text } })

// ---- asking from within

declare const call: CallContext
const asked = call.ask(executor.execute, { sql: '' })
expectType<Equal<typeof asked, Promise<{ rows: string[]; at: number }>>>()
// @ts-expect-error: the input is wrong
void call.ask(executor.execute, { sql: 5 })
// @ts-expect-error: there is no such member
void call.ask(executor.execute, { sql: '', limt: 1 })
// @ts-expect-error: a tenant is the whole request’s
void call.ask(executor.execute, { sql: '' }, { tenant: 'other' })
