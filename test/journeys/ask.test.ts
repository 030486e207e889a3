import { agent, createOrchestrator, isFailure, operation } from '@baton/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Text = z.object({ text: z.string() })
const critic = agent('critic', {
  polish: operation({ input: Text, output: Text, run: ({ text }) => ({ text: text.toUpperCase() }) }),
})
const writer = agent('writer', {
  draft: operation({
    input: Text,
    output: Text,
    run: ({ text }, { ask }) => ask(critic.polish, { text: `About ${text}.` }),
  }),
})

test('one agent is asked through another', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, critic] })
  expect(await orchestrator.ask(writer.draft, { text: 'otters' })).toEqual({ text: 'ABOUT OTTERS.' })
})

test('a faulty input names agent, operation and path', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, critic] })
  const wrong = orchestrator.ask(writer.draft, { text: 5 } as never)
  await expect(wrong).rejects.toThrow(/writer\.draft.*text: .*expected string/)
  await expect(wrong).rejects.toSatisfy((error) => isFailure(error, 'agent.invalid_input'))
})
