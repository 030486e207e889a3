// One process that has the package twice: each copy recognises the failures of the other.

import { createRequire } from 'node:module'
import * as imported from '@baton/core'
import { z } from 'zod'

const required = createRequire(import.meta.url)('@baton/core')

async function refusalOf({ agent, createOrchestrator, operation }) {
  const Text = z.object({ text: z.string() })
  const writer = agent('writer', { draft: operation({ input: Text, output: Text, run: (text) => text }) })
  const orchestrator = await createOrchestrator({ agents: [writer] })
  const refusal = await orchestrator.ask(writer.draft, { text: 1 }).catch((error) => error)
  await orchestrator[Symbol.asyncDispose]()
  return refusal
}

console.log(
  JSON.stringify({
    areTwoCopies: imported.isFailure !== required.isFailure,
    importedKnowsRequired: imported.isFailure(await refusalOf(required)),
    requiredKnowsImported: required.isFailure(await refusalOf(imported)),
    ordinaryErrorIsNone: !imported.isFailure(new Error('no')),
  }),
)
