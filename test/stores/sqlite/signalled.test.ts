import { DatabaseSync } from 'node:sqlite'
import { agent, createOrchestrator, operation, signal, workflow } from '@baton/core'
import { sqlite } from '@baton/adapters-sqlite'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Approval = signal('approval', z.object({ by: z.string() }))
const Text = z.object({ text: z.string() })
const writer = agent('writer', { draft: operation({ input: Text, output: Text, run: (input) => input }) })
const article = workflow('article', { input: Text, output: Text })
  .step('draft', writer.draft)
  .waitFor('approval', Approval)
  .output(['draft', 'approval'], ({ steps }) => ({ text: `${steps.draft.text}, says ${steps.approval.by}` }))

test('who has told a suspended run something waits for what comes of it', async () => {
  const database = new DatabaseSync(':memory:')
  await using orchestrator = await createOrchestrator({ workflows: [article], plugins: [sqlite({ database })] })
  for (const id of ['one', 'two', 'three']) {
    const run = await orchestrator.start(article, { text: 'otters' }, { id })
    expect(await run.result()).toMatchObject({ status: 'suspended' })
    const attached = orchestrator.attach(article, id)
    await attached.signal(Approval, { by: 'a friend' })
    expect(await attached.result()).toMatchObject({ status: 'succeeded', output: { text: 'otters, says a friend' } })
  }
})
