import { agent, createOrchestrator, isFailure, operation } from '@baton/core'
import * as ports from '@baton/core/ports'
import * as testing from '@baton/core/testing'
import { z } from 'zod'

const Text = z.object({ text: z.string() })

const writer = agent('writer', {
  draft: operation({ input: Text, output: Text, run: ({ text }) => ({ text: `About ${text}.` }) }),
})

async function main(): Promise<void> {
  await using orchestrator = await createOrchestrator({ agents: [writer] })
  const { text }: { text: string } = await orchestrator.ask(writer.draft, { text: 'otters' })
  // @ts-expect-error the operation takes a string
  const refusal: unknown = await orchestrator.ask(writer.draft, { text: 1 }).catch((error: unknown) => error)
  console.log(text, isFailure(refusal), typeof ports, typeof testing)
}

void main()
