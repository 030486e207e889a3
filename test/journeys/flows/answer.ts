import { agent, need, operation, workflow } from '@baton/core'
import { z } from 'zod'

export interface Db {
  query(sql: string, limit: number): Promise<unknown[]>
}
const db = need<Db>()

const Asked = z.object({ question: z.string() })
const Draft = z.object({ question: z.string(), tables: z.array(z.string()) })
const Sql = z.object({ sql: z.string() })

export const context = agent('context', {
  detect: operation({
    input: z.object({ question: z.string(), lastSql: z.string().optional() }),
    output: Asked,
    run: ({ question, lastSql }) => ({ question: lastSql === undefined ? question : `${question} (after ${lastSql})` }),
  }),
})
export const schema = agent('schema-analyst', {
  analyze: operation({
    input: Asked,
    output: z.object({ tables: z.array(z.string()) }),
    run: () => ({ tables: ['t'] }),
  }),
})
export const generator = agent('sql-generator', {
  generate: operation({ input: Draft, output: Sql, run: ({ question }) => ({ sql: `select /* ${question} */` }) }),
})
export const rules = agent('rules', {
  generate: operation({ input: Draft, output: Sql, run: ({ tables }) => ({ sql: `select * from ${tables[0]}` }) }),
})
export const executor = agent('executor', {
  execute: operation({
    needs: { db },
    input: z.object({ sql: z.string(), limit: z.number() }),
    output: z.object({ rows: z.array(z.unknown()) }),
    run: async ({ sql, limit }, call) => ({ rows: await call.db.query(sql, limit) }),
  }),
})
export const summarizer = agent('summarizer', {
  summarize: operation({
    input: z.object({ rows: z.array(z.unknown()), sql: z.string() }),
    output: z.object({ text: z.string() }),
    run: ({ rows }) => ({ text: `${rows.length} rows` }),
  }),
})

/** A question becomes a query, the query rows, and the rows a sentence; the session remembers the last query. */
export const answer = workflow('answer', {
  input: z.object({ question: z.string(), execute: z.boolean().default(true), limit: z.number().default(100) }),
  output: z.object({
    sql: z.string(),
    rows: z.array(z.unknown()).optional(),
    summary: z.string().optional(),
    stages: z.array(z.string()),
  }),
  session: z.object({ lastSql: z.string().optional() }),
  budget: { calls: 10 },
})
  .step('context', context.detect, {
    with: ({ input, session }) => ({ question: input.question, ...session }),
    optional: true,
  })
  .step('schema', schema.analyze, {
    after: ['context?'],
    with: ({ input, steps }) => ({ question: steps.context?.question ?? input.question }),
  })
  .step('sql', generator.generate, {
    after: ['schema', 'context?'],
    with: ({ input, steps }) => ({
      question: steps.context?.question ?? input.question,
      tables: steps.schema.tables,
    }),
    retry: { attempts: 3, baseMs: 100 },
    timeoutMs: 30_000,
    fallback: rules.generate,
  })
  .step('rows', executor.execute, {
    when: ({ input }) => input.execute,
    with: ({ input, steps }) => ({ sql: steps.sql.sql, limit: input.limit }),
  })
  .step('summary', summarizer.summarize, {
    after: ['rows', 'sql'],
    optional: true,
    with: ({ steps }) => ({ rows: steps.rows.rows, sql: steps.sql.sql }),
  })
  .output(
    ['sql', 'rows?', 'summary?'],
    ({ steps, status }) => ({
      sql: steps.sql.sql,
      rows: steps.rows?.rows,
      summary: steps.summary?.text,
      stages: Object.entries(status).flatMap(([name, one]) => (one === 'succeeded' ? [name] : [])),
    }),
    { session: ({ steps }) => ({ lastSql: steps.sql.sql }) },
  )
