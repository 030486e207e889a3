const { agent, createOrchestrator, isFailure, operation } = require('@baton/core')
const { z } = require('zod')

const Text = z.object({ text: z.string() })

test('an orchestrator answers, and refuses with a failure', async () => {
  const writer = agent('writer', {
    draft: operation({ input: Text, output: Text, run: ({ text }) => ({ text: `About ${text}.` }) }),
  })
  const orchestrator = await createOrchestrator({ agents: [writer] })
  try {
    expect(await orchestrator.ask(writer.draft, { text: 'otters' })).toEqual({ text: 'About otters.' })
    const refusal = await orchestrator.ask(writer.draft, { text: 1 }).catch((error) => error)
    expect(isFailure(refusal)).toBe(true)
  } finally {
    await orchestrator[Symbol.asyncDispose]()
  }
})
