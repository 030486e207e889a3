import { agent, isFailure, operation, signal, workflow } from '@baton/core'
import { createTestOrchestrator, fails, stub } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Text = z.object({ text: z.string() })
const passing = { input: Text, output: Text, run: ({ text }: z.infer<typeof Text>) => ({ text: `${text}.` }) }

const writer = agent('writer', { draft: operation(passing), publish: operation(passing) })
const critic = agent('critic', { polish: operation(passing), praise: operation(passing) })
const approved = signal('approved', z.object({ by: z.string() }))

const inner = workflow('inner', { input: Text, output: Text })
  .step('first', critic.polish)
  .step('second', critic.polish, { with: ({ steps }) => steps.first })
  .output(['second'], ({ steps }) => steps.second)

const article = workflow('article', { input: z.object({ topics: z.array(z.string()) }), output: z.any() })
  .map('drafts', {
    over: ({ input }) => input.topics,
    run: writer.draft,
    with: (text) => ({ text }),
    concurrency: 2,
  })
  .step('praise', critic.praise, {
    after: [],
    with: ({ input }) => ({ text: input.topics.join() }),
    optional: true,
    retry: { attempts: 2, baseMs: 10 },
  })
  .loop('polish', critic.polish, {
    after: ['drafts'],
    max: 3,
    with: ({ steps, previous }) => previous ?? (steps.drafts[0] as { text: string }),
    until: ({ text }) => text.endsWith('...'),
  })
  .workflow('inner', inner, { with: ({ steps }) => steps.polish })
  .sleep('night', { ms: 60_000 })
  .waitFor('approval', approved, { after: ['night'] })
  .step('publish', writer.publish, {
    after: ['inner', 'approval', 'praise?'],
    with: ({ steps }) => ({ text: `${steps.inner.text} ${steps.approval.by} ${steps.praise?.text ?? 'nobody'}` }),
    atMostOnce: true,
  })
  .output(({ steps }) => steps)

const input = { topics: ['sea', 'river', 'lake'] }
const signals = [{ signal: approved, payload: { by: 'me' } }]

test('a workflow of every kind comes to the same wherever its process is killed', async () => {
  await using t = await createTestOrchestrator({ workflows: [article] })
  const { crashes } = await t.survivesCrashAtEveryStep(article, input, { signals })
  expect(crashes).toBeGreaterThan(12)
})

test('stubs give what is left of their answers', async () => {
  await using t = await createTestOrchestrator({
    workflows: [article],
    stubs: [
      stub(writer.draft, { text: 'a' }, { text: 'b' }, { text: 'c' }),
      stub(writer.publish, { text: 'done' }),
      stub(critic.praise, fails('model.busy'), fails('model.gone', { retryable: false })),
      stub(critic.polish, { text: '1' }, { text: '2...' }, { text: '3' }, { text: '4' }),
    ],
  })
  await t.survivesCrashAtEveryStep(article, input, { signals })
})

test('a function that depends on more than its arguments is found out', async () => {
  let count = 0
  const forgetful = workflow('forgetful', { input: Text, output: z.any() })
    .step('draft', writer.draft)
    .step('polish', critic.polish, { with: () => ({ text: `${++count}` }) })
    .output(({ steps }) => steps.polish)
  await using t = await createTestOrchestrator({ workflows: [forgetful] })
  const error = await t.survivesCrashAtEveryStep(forgetful, { text: 'sea' }).catch((one: unknown) => one)
  expect(isFailure(error, 'testing.not_crash_safe') && error.message).toMatch(/^Cut off after it was created/)
})
