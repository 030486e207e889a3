import { agent, createOrchestrator, operation, workflow } from '@baton/core'
import { z } from 'zod'
import { defineBench } from './harness/bench.ts'

const Question = z.object({ question: z.string() })
const Context = z.object({ context: z.string() })
const Schema = z.object({ tables: z.array(z.string()) })
const Sql = z.object({ sql: z.string() })
const Rows = z.object({ rows: z.array(z.number()) })
const Summary = z.object({ summary: z.string() })

const code = {
  detect: async ({ question }: z.infer<typeof Question>) => ({ context: question }),
  analyze: async ({ question }: z.infer<typeof Question>) => ({ tables: [question] }),
  generate: async ({ context }: z.infer<typeof Context> & z.infer<typeof Schema>) => ({ sql: `select '${context}'` }),
  execute: async ({ sql }: z.infer<typeof Sql>) => ({ rows: [sql.length] }),
  summarize: async ({ rows }: z.infer<typeof Rows>) => ({ summary: `${rows.length} rows` }),
}
const Both = z.object({ context: z.string(), tables: z.array(z.string()) })
const context = agent('context', { detect: operation({ input: Question, output: Context, run: code.detect }) })
const schema = agent('schema', { analyze: operation({ input: Question, output: Schema, run: code.analyze }) })
const generator = agent('generator', { generate: operation({ input: Both, output: Sql, run: code.generate }) })
const executor = agent('executor', { execute: operation({ input: Sql, output: Rows, run: code.execute }) })
const summarizer = agent('summarizer', { summarize: operation({ input: Rows, output: Summary, run: code.summarize }) })

const answer = workflow('answer', { input: Question, output: Summary })
  .step('context', context.detect)
  .step('schema', schema.analyze, { after: [] })
  .step('sql', generator.generate, {
    after: ['context', 'schema'],
    with: ({ steps }) => ({ ...steps.context, ...steps.schema }),
  })
  .step('rows', executor.execute, { with: ({ steps }) => steps.sql })
  .step('summary', summarizer.summarize, { with: ({ steps }) => steps.rows })
  .output(['summary'], ({ steps }) => steps.summary)

const input = { question: 'How many otters?' }
const orchestrator = await createOrchestrator({ workflows: [answer] })
const observed = await createOrchestrator({ workflows: [answer] })
observed.on('*', () => {})

/** What a host would write without Baton: the same agents, with the same checks of what goes in and comes out. */
async function bare(): Promise<unknown> {
  const given = Question.parse(input)
  const [one, other] = await Promise.all([
    code.detect(Question.parse(given)).then((out) => Context.parse(out)),
    code.analyze(Question.parse(given)).then((out) => Schema.parse(out)),
  ])
  const sql = Sql.parse(await code.generate(Both.parse({ ...one, ...other })))
  const rows = Rows.parse(await code.execute(Sql.parse(sql)))
  return Summary.parse(Summary.parse(await code.summarize(Rows.parse(rows))))
}

export default defineBench({
  name: 'a workflow of five agents, input and output of each checked by zod',
  floor: { name: 'async functions with the same checks', run: bare },
  cases: [
    { name: 'run', run: () => orchestrator.run(answer, input), after: () => orchestrator.close() },
    {
      name: 'run, with an observer of all events',
      run: () => observed.run(answer, input),
      target: { overFloorNs: 3_200 },
      after: () => observed.close(),
    },
  ],
})
