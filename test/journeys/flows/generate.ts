import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'

const Query = z.object({ query: z.string() })
const Draft = z.object({ sql: z.string(), confidence: z.number() })
const Verdict = z.object({ ok: z.boolean(), suggestions: z.array(z.string()) })
const Attempt = z.object({ query: z.string(), tables: z.array(z.string()), hints: z.array(z.string()) })
const Reward = z.object({ name: z.string(), value: z.number() })

export const schema = agent('schema', {
  analyze: operation({
    input: Query,
    output: z.object({ tables: z.array(z.string()) }),
    run: () => ({ tables: ['t'] }),
  }),
})
export const entities = agent('entities', {
  extract: operation({ input: Query, output: z.object({ names: z.array(z.string()) }), run: () => ({ names: ['n'] }) }),
})
const drafts = (sql: string, confidence: number) =>
  operation({
    input: Attempt,
    output: Draft,
    run: ({ tables, hints }) => ({ sql: `${sql} ${[...tables, ...hints].join()}`, confidence }),
  })
export const generator = agent('generator', { generate: drafts('select', 1) })
export const template = agent('template', { generate: drafts('template', 0.3) })
const check = (hint: string) =>
  operation({
    input: z.object({ sql: z.string() }),
    output: Verdict,
    run: ({ sql }) => (sql.includes(hint) ? { ok: true, suggestions: [] } : { ok: false, suggestions: [hint] }),
  })
export const validator = agent('validator', { syntax: check('limit'), business: check('t') })
export const rewarder = agent('rewarder', {
  score: operation({
    input: z.object({ dimension: z.enum(['syntax', 'style']), sql: z.string() }),
    output: Reward,
    run: ({ dimension, sql }) => ({ name: dimension, value: sql.length }),
  }),
})

const attempt = workflow('attempt', {
  input: Attempt,
  output: z.object({ draft: Draft, verdicts: z.array(Verdict) }),
})
  .step('draft', generator.generate, { retry: { attempts: 3 }, fallback: template.generate })
  .map('checks', {
    over: () => ['syntax', 'business'] as const,
    run: (kind) => validator[kind],
    with: (_, { steps }) => ({ sql: steps.draft.sql }),
    settle: true,
  })
  .output(['draft', 'checks'], ({ steps }) => ({
    draft: steps.draft,
    verdicts: steps.checks.map((one) => (one.ok ? one.output : { ok: false, suggestions: [] })),
  }))

/** A draft is made and checked, again with what the checks suggested, until all are content; then it is rewarded. */
export const generate = workflow('generate', {
  input: z.object({ query: z.string(), mode: z.enum(['generate', 'train']).default('generate') }),
  output: z.object({ session: z.string(), sql: z.string(), confidence: z.number(), total: z.number() }),
  deadlineMs: 30_000,
})
  .step('schema', schema.analyze)
  .step('entities', entities.extract, { after: [], optional: true })
  .loop('attempt', attempt, {
    after: ['schema', 'entities?'],
    max: 3,
    until: ({ verdicts }) => verdicts.every(({ ok }) => ok),
    with: ({ input, steps, previous }) => ({
      query: input.query,
      tables: [...steps.schema.tables, ...(steps.entities?.names ?? [])],
      hints: previous?.verdicts.flatMap(({ suggestions }) => suggestions) ?? [],
    }),
  })
  .map('rewards', {
    over: ({ input }) => (input.mode === 'train' ? (['syntax', 'style'] as const) : []),
    run: rewarder.score,
    settle: true,
    with: (dimension, { steps }) => ({ dimension, sql: steps.attempt.draft.sql }),
    after: ['attempt'],
  })
  .output(['attempt', 'rewards'], ({ steps, run }) => ({
    session: run.session?.id ?? 'none',
    ...steps.attempt.draft,
    total: steps.rewards.reduce((sum, reward) => sum + (reward.ok ? reward.output.value : 0), 0),
  }))
