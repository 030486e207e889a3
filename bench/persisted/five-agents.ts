import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'

const Question = z.object({ question: z.string(), db: z.string() })
const Context = z.object({ tenant: z.string(), role: z.string(), hints: z.array(z.string()) })
const Schema = z.object({
  db: z.string(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
})
const Asked = z.object({ question: z.string(), context: Context, schema: Schema })
const Query = z.object({ sql: z.string(), question: z.string() })
const Rows = Query.extend({ rows: z.array(z.object({ c: z.string(), n: z.number() })) })
const Answer = z.object({ answer: z.string(), sql: z.string(), rowCount: z.number() })

/** What the five agents do: next to nothing, so that only what is around them is measured. */
export const work = {
  context: async ({ question }: z.output<typeof Question>) => ({
    tenant: 'acme',
    role: 'analyst',
    hints: [question.slice(0, 2)],
  }),
  schema: async ({ db }: z.output<typeof Question>) => ({
    db,
    tables: [{ name: 'orders', columns: ['id', 'customer_id', 'total'] }],
  }),
  generate: async ({ question, context, schema }: z.output<typeof Asked>) => {
    const [table] = schema.tables
    const about = `${context.tenant}:${table?.columns.join(',')}`
    return { sql: `select customer_id, count(*) from ${table?.name} /* ${about} */ group by 1`, question }
  },
  execute: async ({ sql, question }: z.output<typeof Query>) => {
    const rows = [3, 5, 8].map((n, index) => ({ c: `c${index + 1}`, n }))
    return { sql, question, rows }
  },
  summarize: async ({ question, sql, rows }: z.output<typeof Rows>) => {
    const counts = rows.map(({ c, n }) => `${c}=${n}`).join(', ')
    return { answer: `${question} -> ${counts}`, sql, rowCount: rows.length }
  },
}

export const question = { question: 'q1: orders per customer?', db: 'sales' }

const context = agent('context', { get: operation({ input: Question, output: Context, run: work.context }) })
const schema = agent('schema', { get: operation({ input: Question, output: Schema, run: work.schema }) })
const generator = agent('generator', { get: operation({ input: Asked, output: Query, run: work.generate }) })
const executor = agent('executor', { get: operation({ input: Query, output: Rows, run: work.execute }) })
const summarizer = agent('summarizer', { get: operation({ input: Rows, output: Answer, run: work.summarize }) })

/** Context and schema side by side, then a query, its rows, and a summary. */
export const fiveAgents = workflow('five-agents', { input: Question, output: Answer })
  .step('context', context.get)
  .step('schema', schema.get, { after: [] })
  .step('sql', generator.get, {
    after: ['context', 'schema'],
    with: ({ input, steps }) => ({ question: input.question, context: steps.context, schema: steps.schema }),
  })
  .step('rows', executor.get, { with: ({ steps }) => steps.sql })
  .step('summary', summarizer.get, { with: ({ steps }) => steps.rows })
  .output(['summary'], ({ steps }) => steps.summary)

/** The same five without a workflow, each result kept by `keep` before the next begins. */
export async function bare(keep: (step: string, value: unknown) => Promise<unknown>) {
  const kept = async <Value>(step: string, made: Promise<Value>): Promise<Value> => {
    const value = await made
    await keep(step, value)
    return value
  }
  await keep('input', question)
  const [found, tables] = await Promise.all([
    kept('context', work.context(question)),
    kept('schema', work.schema(question)),
  ])
  const asked = { question: question.question, context: found, schema: tables }
  const sql = await kept('generate', work.generate(asked))
  return kept('summarize', work.summarize(await kept('execute', work.execute(sql))))
}
