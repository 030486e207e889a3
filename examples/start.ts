// The smallest real example: one orchestrator, two agents, one asked through the other.

import { agent, createOrchestrator, isFailure, operation } from '@baton/core'
import { z } from 'zod'

const Topic = z.object({ topic: z.string().min(1) })
const Text = z.object({ text: z.string() })

const critic = agent('critic', {
  polish: operation({
    input: Text,
    output: Text,
    run: ({ text }) => ({ text: `${text.trim().replace(/\.*$/, '')}!` }),
  }),
})

const writer = agent('writer', {
  draft: operation({
    input: Topic,
    output: Text,
    run: ({ topic }, { ask }) => ask(critic.polish, { text: `${topic} hold hands while they sleep.` }),
  }),
})

await using orchestrator = await createOrchestrator({ agents: [writer, critic] })

using _ = orchestrator.on('call.finished', ({ message, outcome, ms }) => {
  const { receiver, operation: name, depth } = message
  const agentName = 'agent' in receiver ? receiver.agent : ''
  console.log(`${'  '.repeat(depth + 1)}${agentName}.${name} ${outcome} in ${ms.toFixed(2)} ms`)
})

console.log('Asking the writer for a draft about otters; the writer asks the critic to polish it:')
const { text } = await orchestrator.ask(writer.draft, { topic: 'Otters' })
console.log(`  "${text}"\n`)

console.log('Asking it for a draft about nothing:')
try {
  await orchestrator.ask(writer.draft, { topic: '' })
} catch (error) {
  if (isFailure(error)) console.log(`  ${error.code}: ${error.message}`)
}
