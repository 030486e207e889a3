// A small orchestrator at work: an agent that asks a pool of others, one of which is down, and tells who listens.

import { agent, createOrchestrator, isFailure, operation, pool, topic } from '@baton/core'
import { z } from 'zod'

const Topic = z.object({ topic: z.string().min(1) })
const Text = z.object({ text: z.string() })
const Drafted = topic('article.drafted', z.object({ topic: z.string(), letters: z.number() }))

const polish = ({ text }: { text: string }) => ({ text: `${text.trim().replace(/\.*$/, '')}!` })
const strict = agent('strict', {
  polish: operation({
    input: Text,
    output: Text,
    run: () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    },
  }),
})
const kind = agent('kind', { polish: operation({ input: Text, output: Text, run: polish }) })
const critics = pool('critics', [strict, kind], { strategy: 'round-robin' })

const writer = agent('writer', {
  draft: operation({
    input: Topic,
    output: Text,
    run: ({ topic: about }, { ask }) => ask(critics.polish, { text: `${about} hold hands while they sleep.` }),
  }),
})

await using orchestrator = await createOrchestrator({ agents: [writer, critics] })
const { bus } = orchestrator

using _retries = orchestrator.on('call.retried', ({ failure, delayMs }) => {
  console.log(`    (${isFailure(failure) ? failure.code : String(failure)}; once more after ${delayMs.toFixed(0)} ms)`)
})
using _calls = orchestrator.on('call.finished', ({ message, outcome, attempts, ms }) => {
  const { receiver, operation: name, depth } = message
  const agentName = 'agent' in receiver ? receiver.agent : ''
  const tries = attempts === 1 ? '' : `, in ${attempts} tries`
  console.log(`${'  '.repeat(depth + 1)}${agentName}.${name} ${outcome} in ${ms.toFixed(2)} ms${tries}`)
})
using _drafts = bus.subscribe(Drafted, ({ topic: about, letters }) => {
  console.log(`  (heard on the bus: ${letters} letters about ${about})\n`)
})

console.log('Asking the writer for a draft about otters; it asks two critics, of whom one is down:')
const { text } = await orchestrator.ask(writer.draft, { topic: 'Otters' })
console.log(`  "${text}"`)
await bus.publish(Drafted, { topic: 'otters', letters: text.length })

console.log('Asking it for a draft about nothing:')
try {
  await orchestrator.ask(writer.draft, { topic: '' })
} catch (error) {
  if (isFailure(error)) console.log(`  ${error.code}: ${error.message}`)
}
