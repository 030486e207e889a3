// Checked by tsc alone: never run. The main flows of five systems, as their users would write them.

import { agent, need, operation, pool, type Settled, signal, type Workflow, workflow } from '@baton/core'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

type StepsOf<W> = W extends Workflow<never, unknown, infer Steps, unknown> ? { [K in keyof Steps]: Steps[K] } : never
type NeededBy<W> = W extends Workflow<never, unknown, unknown, infer N> ? { [K in keyof N]: N[K] } : never
type EndsOf<W> = W extends Workflow<infer Input, infer Output, unknown, unknown> ? [Input, Output] : never

interface Llm {
  json<T>(prompt: string, options: { signal: AbortSignal }): Promise<T>
}
interface Db {
  query(sql: string, options: { limit: number }): Promise<unknown[]>
  tables(): Promise<string[]>
}
const [llm, db] = [need<Llm>(), need<Db>()]
const Text = z.object({ text: z.string() })
type Text = { text: string }

// ---- the first ten lines

const writer = agent('writer', { draft: operation({ input: Text, output: Text, run: (input) => input }) })
const article = workflow('article', { input: Text, output: Text })
  .step('draft', writer.draft)
  .step('polish', writer.draft, { with: ({ steps }) => steps.draft })
  .output(['polish'], ({ steps }) => steps.polish)
expectType<Equal<StepsOf<typeof article>, { readonly draft: Text; readonly polish: Text }>>()
expectType<Equal<EndsOf<typeof article>[0], Text>>()
expectType<Equal<EndsOf<typeof article>[1], Text>>()
expectType<Equal<keyof NeededBy<typeof article>, never>>()
expectType<Equal<typeof article.name, string>>()
article.version(2) satisfies typeof article
void article.version(2, { migrate: { from: [1], steps: ({ steps }) => ({ draft: steps.text }) } }).describe()
  .criticalPath

// ---- a question answered from a database: soft dependencies, a fallback, a session

const Question = z.object({ question: z.string(), execute: z.boolean().default(true) })
const Tables = z.object({ question: z.string(), tables: z.array(z.string()) })
const Sql = z.object({ sql: z.string() })
const Rows = z.object({ rows: z.array(z.unknown()) })
const analyst = agent('analyst', {
  detect: operation({
    needs: { llm },
    input: z.object({ question: z.string(), lastSql: z.string().optional() }),
    output: z.object({ question: z.string(), reason: z.string().optional() }),
    run: ({ question }, call) => call.llm.json(question, call),
  }),
  analyze: operation({
    needs: { db },
    input: z.object({ question: z.string() }),
    output: z.object({ tables: z.array(z.string()) }),
    run: async (_, call) => ({ tables: await call.db.tables() }),
  }),
})
const generator = agent('generator', {
  generate: operation({
    needs: { llm },
    input: Tables,
    output: Sql,
    run: ({ question }, call) => call.llm.json(question, call),
  }),
})
const rules = agent('rules', {
  generate: operation({
    needs: { grammar: need<RegExp>() },
    input: Tables,
    output: Sql,
    run: ({ tables }) => ({ sql: `select * from ${tables[0]}` }),
  }),
})
const executor = agent('executor', {
  execute: operation({
    needs: { db },
    input: Sql.extend({ limit: z.number().default(100) }),
    output: Rows,
    run: async ({ sql, limit }, call) => ({ rows: await call.db.query(sql, { limit }) }),
  }),
})
const answer = workflow('answer', {
  input: Question,
  output: z.object({ sql: z.string(), rows: z.array(z.unknown()).optional(), followUp: z.string().optional() }),
  session: z.object({ lastSql: z.string().optional(), turns: z.number().default(0) }),
  description: 'Answers a question from the database.',
  budget: { calls: 10 },
  deadlineMs: 60_000,
})
  .step('context', analyst.detect, {
    optional: true,
    with: ({ input, session, steps }) => {
      expectType<Equal<typeof input, { question: string; execute: boolean }>>()
      expectType<Equal<typeof session.lastSql, string | undefined>>()
      expectType<Equal<typeof session.turns, number>>()
      expectType<Equal<keyof typeof steps, never>>()
      return { ...input, ...session }
    },
  })
  .step('warmup', analyst.analyze, { after: [] })
  .step('schema', analyst.analyze, {
    after: ['context?', 'warmup'],
    with: ({ input, steps }) => {
      expectType<Equal<keyof typeof steps, 'context' | 'warmup'>>()
      expectType<Equal<typeof steps.context, { question: string; reason?: string | undefined } | undefined>>()
      expectType<Equal<typeof steps.warmup, { tables: string[] }>>()
      return { question: steps.context?.question ?? input.question }
    },
  })
  .step('sql', generator.generate, {
    after: ['schema', 'context?'],
    with: ({ input, steps }) => ({
      question: steps.context?.question ?? input.question,
      tables: steps.schema.tables,
    }),
    retry: { attempts: 3, baseMs: 500 },
    timeoutMs: 30_000,
    idleTimeoutMs: 5_000,
    fallback: rules.generate,
  })
  .step('rows', executor.execute, {
    when: ({ input, steps }) => input.execute && steps.sql.sql !== '',
    with: ({ steps }) => steps.sql,
    retry: false,
    atMostOnce: true,
  })
  .output(
    ['sql', 'rows?', 'context?'],
    ({ steps, status, run, session }) => {
      expectType<Equal<typeof steps.rows, { rows: unknown[] } | undefined>>()
      expectType<Equal<keyof typeof status, 'context' | 'warmup' | 'schema' | 'sql' | 'rows'>>()
      expectType<Equal<typeof status.warmup, 'succeeded' | 'failed' | 'skipped'>>()
      expectType<Equal<typeof run.elapsedMs, number>>()
      expectType<Equal<typeof session.turns, number>>()
      return { sql: steps.sql.sql, rows: steps.rows?.rows, followUp: steps.context?.reason }
    },
    { session: ({ steps, session }) => ({ lastSql: steps.sql.sql, turns: session.turns + 1 }) },
  )
expectType<Equal<NeededBy<typeof answer>, { readonly llm: Llm; readonly db: Db; readonly grammar: RegExp }>>()
expectType<Equal<EndsOf<typeof answer>[0], { question: string; execute?: boolean | undefined }>>()

// ---- a customer looked up, then whichever specialists a rule chooses

const Find = z.object({ tenantId: z.string(), known: z.record(z.string(), z.string()).default({}) })
const specialists = {
  cases: agent('cases', {
    find: operation({ needs: { db }, input: Find, output: z.object({ open: z.number() }), run: () => ({ open: 1 }) }),
  }).find,
  incidents: agent('incidents', {
    find: operation({ needs: { llm }, input: Find, output: Text, run: () => ({ text: '' }) }),
  }).find,
}
declare function route(request: string): { agents: (keyof typeof specialists)[]; strategy: string }
declare function later<T>(value: T): Promise<T>
const begun = workflow('report', { input: z.object({ request: z.string() }), output: z.array(z.string()) })
  .compute('route', { run: ({ input }) => route(input.request) })
  .compute('customer', { after: [], run: () => later({ tenantId: 'acme' }) })
const report = begun
  .map('parts', {
    after: ['route', 'customer'],
    over: ({ steps }) => steps.route.agents,
    oneOf: specialists,
    pick: (name) => name,
    with: (_, { steps }) => ({ tenantId: steps.customer.tenantId }),
    key: (name) => name,
    settle: true,
    timeoutMs: 60_000,
  })
  .output(['route', 'parts'], ({ steps }) => {
    type Part = Settled<'cases' | 'incidents', { open: number } | Text>
    expectType<Equal<typeof steps.parts, readonly Part[]>>()
    return steps.parts.map((part) => (part.ok ? part.item : part.failure.code))
  })
expectType<Equal<NeededBy<typeof report>, { readonly db: Db; readonly llm: Llm }>>()

// ---- the same beginning goes on in another way: an item’s operation by a function, the first failure fails the step

const counted = begun
  .map('counts', {
    over: () => ['a', 'b'] as const,
    run: (item) => {
      expectType<Equal<typeof item, 'a' | 'b'>>()
      return specialists.cases
    },
    with: (_, { steps }) => steps.customer,
    concurrency: 2,
  })
  .output(({ steps, input, status }) => {
    expectType<Equal<typeof steps.counts, readonly { open: number }[] | undefined>>()
    expectType<Equal<typeof status.route, 'succeeded' | 'failed' | 'skipped'>>()
    return [input.request, String(steps.counts?.length), String(steps.customer?.tenantId)]
  })
expectType<Equal<keyof StepsOf<typeof counted>, 'route' | 'customer' | 'counts'>>()

// ---- a draft tried again until it passes: a workflow in a loop, and one within another

const Draft = z.object({ sql: z.string(), confidence: z.number() })
const Verdict = z.object({ ok: z.boolean(), hints: z.array(z.string()) })
const Attempt = z.object({ query: z.string(), hints: z.array(z.string()).default([]) })
const drafter = agent('drafter', {
  draft: operation({ input: Attempt, output: Draft, run: () => ({ sql: '', confidence: 1 }) }),
})
const check = operation({ needs: { db }, input: Sql, output: Verdict, run: () => ({ ok: true, hints: [] }) })
const validator = agent('validator', { syntax: check, schema: check })
const attempt = workflow('attempt', { input: Attempt, output: z.object({ draft: Draft, hints: z.array(z.string()) }) })
  .step('draft', drafter.draft, { onFailure: (failure) => ({ sql: failure.code, confidence: 0 }) })
  .map('checks', {
    over: () => ['syntax', 'schema'] as const,
    run: (kind) => validator[kind],
    with: (_, { steps }) => ({ sql: steps.draft.sql }),
    settle: true,
  })
  .output(['draft', 'checks'], ({ steps }) => ({
    draft: steps.draft,
    hints: steps.checks.flatMap((one) => (one.ok ? one.output.hints : [one.failure.code])),
  }))
const Score = z.object({ dimension: z.enum(['syntax', 'style']), sql: z.string() })
const rewarder = agent('rewarder', {
  score: operation({ input: Score, output: z.object({ value: z.number() }), run: () => ({ value: 1 }) }),
})
const training = workflow('training', {
  input: z.object({ query: z.string() }),
  output: z.object({ total: z.number() }),
})
  .workflow('warmup', attempt)
  .loop('attempt', attempt, {
    max: 3,
    whenMaxed: 'fail',
    with: ({ input, steps, previous, round }) => {
      expectType<Equal<typeof round, number>>()
      return { query: `${input.query} ${round}`, hints: previous?.hints ?? steps.warmup.hints }
    },
    until: ({ hints }) => hints.length === 0,
  })
  .loop('again', drafter.draft, {
    with: ({ input, previous }) => ({ query: previous?.sql ?? input.query }),
    until: ({ confidence }, { steps }) => confidence > 0.5 && steps.attempt.draft.sql !== '',
    max: 2,
  })
  .map('rewards', {
    after: ['attempt'],
    over: ({ input }) => (input.query === '' ? [] : (['syntax', 'style'] as const)),
    run: rewarder.score,
    with: (dimension, { steps }) => ({ dimension, sql: steps.attempt.draft.sql }),
  })
  .output(['rewards', 'again'], ({ steps }) => {
    expectType<Equal<typeof steps.rewards, readonly { value: number }[]>>()
    expectType<Equal<typeof steps.again, { sql: string; confidence: number }>>()
    return { total: steps.rewards.reduce((sum, { value }) => sum + value, 0) }
  })
expectType<Equal<NeededBy<typeof training>, { readonly db: Db }>>()

// ---- a graph that an agent proposes, a person who approves, a pause

const Node = z.object({
  id: z.string(),
  operation: z.enum(['products', 'prices']),
  input: Text,
  after: z.array(z.string()),
})
const planner = agent('planner', {
  plan: operation({
    needs: { llm },
    input: Text,
    output: z.object({ nodes: z.array(Node) }),
    run: () => ({ nodes: [] }),
  }),
})
const work = pool('work', [writer, { agent: writer, weight: 1.5 }])
const approved = signal('approved', z.object({ by: z.string(), at: z.number().default(0) }))
const respond = workflow('respond', { input: Text, output: Text })
  .step('plan', planner.plan, { onFailure: () => ({ nodes: [] }) })
  .plan('execute', {
    operations: { products: work.draft, prices: rewarder.score },
    nodes: ({ steps }) => steps.plan.nodes,
    max: 20,
    concurrency: 4,
  })
  .waitFor('approval', approved, {
    after: ['execute'],
    when: ({ steps }) => steps.execute.a !== undefined,
    timeoutMs: 86_400_000,
    onFailure: ({ code }) => ({ by: code, at: 0 }),
    optional: true,
  })
  .sleep('pause', { ms: ({ steps }) => steps.approval.at })
  .sleep('minute', { after: ['pause?'], ms: 60_000 })
  .waitFor('second', approved)
  .output(['execute', 'approval?', 'pause', 'second'], ({ steps }) => {
    expectType<Equal<typeof steps.execute, Readonly<Record<string, Settled<string, Text | { value: number }>>>>>()
    expectType<Equal<typeof steps.approval, { by: string; at: number } | undefined>>()
    expectType<Equal<typeof steps.second, { by: string; at: number }>>()
    expectType<Equal<typeof steps.pause, undefined>>()
    return {
      text: Object.values(steps.execute)
        .flatMap((one) => (one.ok ? [] : [one.failure.code]))
        .join(),
    }
  })
expectType<Equal<NeededBy<typeof respond>, { readonly llm: Llm }>>()
