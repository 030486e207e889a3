import { expect, test } from 'vitest'
import { z } from 'zod'
import { agent, createOrchestrator, operation, orThrow, signal, workflow } from './index.js'

const Text = z.object({ text: z.string() })
const writer = agent('writer', {
  draft: operation({ input: Text, output: Text, run: ({ text }) => ({ text: `About ${text}.` }) }),
})
const critic = agent('critic', {
  polish: operation({ input: Text, output: Text, run: async ({ text }) => ({ text: text.toUpperCase() }) }),
  fail: operation({
    input: Text,
    output: Text,
    run: async () => {
      throw new Error('no')
    },
  }),
})
const article = workflow('article', { input: Text, output: Text })
  .step('draft', writer.draft)
  .step('polish', critic.polish, { with: ({ steps }) => steps.draft })
  .output(['polish'], ({ steps }) => steps.polish)

test('runs', async () => {
  await using o = await createOrchestrator({ workflows: [article] })
  const result = await o.run(article, { text: 'otters' })
  console.log(result)
  expect(orThrow(result)).toEqual({ text: 'ABOUT OTTERS.' })
  const run = await o.start(article, { text: 'otters' }, { id: 'mine' })
  expect(await run.result()).toMatchObject({ status: 'succeeded' })
  expect(await o.attach(article, 'mine').result()).toMatchObject({
    status: 'succeeded',
    output: { text: 'ABOUT OTTERS.' },
  })
  const events = []
  for await (const event of o.attach(article, 'mine').events()) events.push(event)
  console.log(events)
  console.log(await o.runs.list())
  const again = await o.attach(article, 'mine').rerunFrom('polish', { edit: { steps: { draft: { text: 'new' } } } })
  console.log(await again.result())
})
test('fails, maps, waits', async () => {
  const ok = signal('ok', z.object({ by: z.string() }))
  const flow = workflow('flow', { input: z.array(Text), output: z.any() })
    .map('all', { over: ({ input }) => input, run: critic.polish, with: (item) => item })
    .step('bad', critic.fail, { after: ['all'], with: ({ steps }) => steps.all[0] as { text: string }, optional: true })
    .waitFor('human', ok, { after: ['all'] })
    .sleep('nap', { ms: 5 })
    .output(({ steps }) => steps)
  await using o = await createOrchestrator({ workflows: [flow] })
  const run = await o.start(flow, [{ text: 'a' }, { text: 'b' }])
  console.log(await run.result())
  await run.signal(ok, { by: 'me' })
  console.log(JSON.stringify(await run.result(), null, 1))
  const other = await o.start(flow, [{ text: 'a' }])
  await other.result()
  await other.cancel('enough')
  console.log(await other.result())
})
