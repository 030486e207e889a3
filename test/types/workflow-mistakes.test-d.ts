// Checked by tsc alone: never run. Each mistake in a workflow has to be an error where it stands.

import { agent, need, operation, signal, workflow } from '@baton/core'
import { z } from 'zod'

const Question = z.object({ question: z.string(), execute: z.boolean().default(true) })
const Tables = z.object({ tables: z.array(z.string()) })
const Rows = z.object({ rows: z.array(z.string()) })
const db = need<{ rows(sql: string): string[] }>()
const schema = agent('schema', {
  analyze: operation({
    input: z.object({ question: z.string() }),
    output: Tables,
    run: () => ({ tables: [] }),
  }),
})
const { analyze } = schema
const { execute, count } = agent('executor', {
  execute: operation({
    needs: { db },
    input: z.object({ sql: z.string(), limit: z.number().default(100) }),
    output: Rows,
    run: ({ sql }, call) => ({ rows: call.db.rows(sql) }),
  }),
  count: operation({ input: Tables, output: z.object({ count: z.number() }), run: () => ({ count: 1 }) }),
})
const approved = signal('approved', z.object({ by: z.string() }))
const ends = { input: Question, output: Rows }
const empty = workflow('w', ends)
const begun = empty.step('a', analyze)
const inner = begun.step('b', execute, { with: () => ({ sql: '' }) }).output(['b'], ({ steps }) => steps.b)
const sql = () => ({ sql: '' })

// ---- an operation or a workflow is no other thing

// @ts-expect-error: an operation is no number
analyze satisfies number
// @ts-expect-error: a workflow is no number
inner satisfies number
// @ts-expect-error: a workflow begun is not one to nest
begun.workflow('b', begun)
// @ts-expect-error: an agent is no operation
begun.step('b', schema)
// @ts-expect-error: a workflow is no operation
begun.step('b', inner)
// @ts-expect-error: an operation is no workflow
begun.workflow('b', analyze)
// @ts-expect-error: a function is no operation
begun.step('b', () => ({ tables: [] }))

// ---- what goes in and out

// @ts-expect-error: there is no output schema
workflow('w', { input: Question })
// @ts-expect-error: a text is no schema
workflow('w', { input: 'question', output: Rows })
// @ts-expect-error: there is no such option
workflow('w', { ...ends, budgets: {} })
// @ts-expect-error: nothing of a budget is called so
workflow('w', { ...ends, budget: { call: 1 } })
// @ts-expect-error: a deadline is a number
workflow('w', { ...ends, deadlineMs: '5s' })

// ---- names

// @ts-expect-error: a step 'a' exists already
begun.step('a', analyze)
// @ts-expect-error: a step 'a' exists already
begun.compute('a', { run: () => 1 })
// @ts-expect-error: a step 'a' exists already
begun.waitFor('a', approved)
// @ts-expect-error: a step 'a' exists already
begun.sleep('a', { ms: 1 })
// @ts-expect-error: the name of a step must not end in '?'
begun.step('b?', analyze)
// @ts-expect-error: a name is a text
begun.step(5, analyze)

// ---- what a step waits for

// @ts-expect-error: no step is called aa
begun.step('b', analyze, { after: ['aa'] })
// @ts-expect-error: no step is called aa
begun.step('b', analyze, { after: ['aa?'] })
// @ts-expect-error: the second is no step
begun.step('b', analyze, { after: ['a', 'c'] })
// @ts-expect-error: a step does not wait for itself
begun.step('b', analyze, { after: ['b'] })
// @ts-expect-error: there is no step before the first
empty.step('a', analyze, { after: ['a'] })
// @ts-expect-error: no step is called c
begun.compute('b', { after: ['c'], run: () => 1 })
// @ts-expect-error: no step is called c
begun.sleep('b', { after: ['c'], ms: 1 })
// @ts-expect-error: no step is called c
begun.waitFor('b', approved, { after: ['c'] })
// @ts-expect-error: names stand in a list
begun.step('b', analyze, { after: 'a' })

// ---- what a step sees

// @ts-expect-error: it does not wait for a
begun.step('b', count, { after: [], with: ({ steps }) => steps.a })
// @ts-expect-error: a may have no output
begun.step('b', count, { after: ['a?'], with: ({ steps }) => steps.a })
// @ts-expect-error: a may have no output
begun.step('b', count, { after: ['a?'], with: ({ steps }) => ({ tables: steps.a.tables }) })
// @ts-expect-error: only the step before is seen, not the one before that
begun.step('b', analyze).step('c', count, { with: ({ steps }) => steps.a })
// @ts-expect-error: the run's input has no such member
begun.step('b', analyze, { with: ({ input }) => ({ question: input.questoin }) })
// @ts-expect-error: it does not wait for a
begun.step('b', analyze, { after: [], when: ({ steps }) => steps.a.tables.length > 0 })
// @ts-expect-error: without a schema for it a session has no data
begun.step('b', execute, { with: ({ session }) => ({ sql: session.lastSql }) })
// @ts-expect-error: what is seen is not changed
begun.compute('b', { run: ({ steps }) => (steps.a = { tables: [] }) })
// @ts-expect-error: it does not wait for a
begun.compute('b', { after: [], run: ({ steps }) => steps.a })

// ---- what a step is given

// @ts-expect-error: a question is a text
begun.step('b', analyze, { with: () => ({ question: 5 }) })
// @ts-expect-error: without `with` it is given the run's input, which has no sql
empty.step('a', execute)
// @ts-expect-error: without `with` it is given the run's input, which has no sql
empty.step('a', execute, { optional: true })
// @ts-expect-error: without `with` it is given the run's input, which has no sql
empty.step('a', execute, {})
// @ts-expect-error: `with` makes it at once
begun.step('b', execute, { with: async () => ({ sql: '' }) })
// @ts-expect-error: without `with` it is given the run's input, which has no sql
workflow('outer', { input: z.object({ sql: z.string() }), output: Rows }).workflow('a', inner)
// @ts-expect-error: a question is a text
begun.workflow('b', inner, { with: () => ({ question: 5 }) })

// ---- what else is said about a step

// @ts-expect-error: the fallback takes another input
begun.step('b', analyze, { fallback: execute })
// @ts-expect-error: the fallback gives another output
begun.step('b', execute, { with: sql, fallback: analyze })
// @ts-expect-error: it makes no output of the failure
begun.step('b', analyze, { onFailure: () => ({ table: [] }) })
// @ts-expect-error: there is no such rule
begun.step('b', analyze, { timeout: 5 })
// @ts-expect-error: tries are a number
begun.step('b', analyze, { retry: { attempts: 'three' } })
// @ts-expect-error: retries are said with how many
begun.step('b', analyze, { retry: true })
// @ts-expect-error: `when` tells at once
begun.step('b', analyze, { when: async () => true })
// @ts-expect-error: a nested workflow has times of its own
begun.workflow('b', inner, { timeoutMs: 5 })
// @ts-expect-error: there is nothing to work out
begun.compute('b', {})

// ---- for each of a list

const each = { over: () => ['x'] }
// @ts-expect-error: there is nothing that makes the input of an item
begun.map('b', { over: () => ['x'], run: analyze })
// @ts-expect-error: there is no operation
begun.map('b', { ...each, with: sql })
// @ts-expect-error: a list is wanted
begun.map('b', { over: () => 5, run: execute, with: sql })
// @ts-expect-error: the input of an item is wrong
begun.map('b', { over: () => ['x'], run: analyze, with: (item) => ({ question: item.length }) })
// @ts-expect-error: a key is a text
begun.map('b', { over: () => [1], run: execute, with: sql, key: (item) => item })
// @ts-expect-error: it does not wait for a
begun.map('b', { after: [], over: ({ steps }) => steps.a.tables, run: execute, with: sql })
begun.map('b', {
  over: () => [1],
  oneOf: { execute, analyze },
  pick: (item) => (item > 0 ? 'execute' : 'analyze'),
  with: sql,
})
// @ts-expect-error: none of the operations is called other
begun.map('b', { over: () => [1], oneOf: { execute, analyze }, pick: () => 'other', with: sql })
// @ts-expect-error: there is nothing that picks
begun.map('b', { over: () => [1], oneOf: { execute }, with: sql })
// @ts-expect-error: the input fits none of the operations
begun.map('b', { over: () => [1], oneOf: { execute, analyze }, pick: () => 'execute', with: () => ({ sq: '' }) })

// ---- again and again

// @ts-expect-error: it would not end
begun.loop('b', execute, { with: sql, until: () => true })
// @ts-expect-error: it would not know when it is done
begun.loop('b', execute, { with: sql, max: 3 })
// @ts-expect-error: there is nothing that makes the input of a round
begun.loop('b', execute, { until: () => true, max: 3 })
// @ts-expect-error: in the first round there is no output before
begun.loop('b', execute, { with: ({ previous }) => ({ sql: previous.rows[0] ?? '' }), until: () => true, max: 3 })
// @ts-expect-error: the output has no such member
begun.loop('b', execute, { with: sql, until: ({ row }) => row, max: 3 })
// @ts-expect-error: it keeps or fails
begun.loop('b', execute, { with: sql, until: () => true, max: 3, whenMaxed: 'stop' })

// ---- graphs proposed at run time

const nodes = () => [{ id: 'n', operation: 'execute' as const, input: {} }]
begun.plan('b', { operations: { execute }, nodes, max: 3 })
// @ts-expect-error: nothing says how many nodes there may be
begun.plan('b', { operations: { execute }, nodes })
// @ts-expect-error: the nodes ask for something else
begun.plan('b', { operations: { analyze }, nodes, max: 3 })
// @ts-expect-error: a node has an id
begun.plan('b', { operations: { execute }, nodes: () => [{ operation: 'execute', input: {} }], max: 3 })
// @ts-expect-error: a function is no operation
begun.plan('b', { operations: { execute: sql }, nodes, max: 3 })

// ---- waiting

// @ts-expect-error: a signal comes with something
signal('approved')
// @ts-expect-error: a text is no signal
begun.waitFor('b', 'approved')
// @ts-expect-error: it makes no payload of the failure
begun.waitFor('b', approved, { onFailure: () => ({ by: 5 }) })
// @ts-expect-error: it does not say how long
begun.sleep('b', {})
// @ts-expect-error: a time is a number
begun.sleep('b', { ms: '5s' })
// @ts-expect-error: a payload is by someone
begun.waitFor('b', approved).step('c', execute, { with: ({ steps }) => ({ sql: steps.b.to }) })

// ---- the output of the run

const done = begun.step('b', execute, { with: sql })
// @ts-expect-error: this is no output
done.output(['a'], ({ steps }) => steps.a)
// @ts-expect-error: rows are texts
done.output(['b'], () => ({ rows: [1] }))
// @ts-expect-error: no step is called c
done.output(['c'], () => ({ rows: [] }))
// @ts-expect-error: b may have no output
done.output(['b?'], ({ steps }) => ({ rows: steps.b.rows }))
// @ts-expect-error: whoever names no step may find none with an output
done.output(({ steps }) => steps.b)
// @ts-expect-error: a was not named
done.output(['b'], ({ steps }) => ({ rows: steps.a.tables }))
// @ts-expect-error: no step is called c
done.output(['b'], ({ status }) => ({ rows: [status.c] }))
// @ts-expect-error: it is made by nothing
done.output(['b'])
// @ts-expect-error: the session has no such data
done.output(['b'], ({ steps }) => steps.b, { session: () => ({ lastSql: 5 }) })

const inSession = workflow('w', { ...ends, session: z.object({ lastSql: z.string() }) })
const last = inSession.step('a', execute, { with: ({ session }) => ({ sql: session.lastSql }) })
// @ts-expect-error: the session keeps a text
last.output(['a'], ({ steps }) => steps.a, { session: () => ({ lastSql: 5 }) })
// @ts-expect-error: the session keeps nothing of that name
inSession.step('a', execute, { with: ({ session }) => ({ sql: session.lastSqll }) })

// ---- versions

// @ts-expect-error: a version is a number
inner.version('2')
// @ts-expect-error: it does not say from which versions
inner.version(2, { migrate: { steps: () => ({}) } })
