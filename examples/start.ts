// A workflow at work: agents side by side, some of them down, and a person who has the last word.

import { agent, createOrchestrator, operation, pool, signal, topic, workflow } from '@baton/core'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

const Topic = z.object({ topic: z.string().min(1) })
const Text = z.object({ text: z.string() })
const Article = z.object({ text: z.string(), picture: z.string().optional(), approvedBy: z.string() })
const Approval = signal('approval', z.object({ by: z.string() }))
const Published = topic('article.published', z.object({ letters: z.number() }))

const isDown = () => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}
const librarian = agent('librarian', {
  find: operation({
    input: Topic,
    output: Text,
    run: async ({ topic: about }, { progress }) => {
      for (const shelf of [1, 2, 3]) {
        await setTimeout(60)
        progress(`shelf ${shelf} of 3`)
      }
      return { text: `${about} hold hands while they sleep.` }
    },
  }),
})
const historian = agent('historian', {
  recall: operation({ input: Topic, output: Text, run: () => setTimeout(100, { text: 'So did their mothers.' }) }),
})
const painter = agent('painter', { paint: operation({ input: Topic, output: Text, run: isDown }) })
const strict = agent('strict', { polish: operation({ input: Text, output: Text, run: isDown }) })
const kind = agent('kind', {
  polish: operation({ input: Text, output: Text, run: ({ text }) => ({ text: text.replaceAll('.', '!') }) }),
})
const critics = pool('critics', [strict, kind], { strategy: 'round-robin' })

const article = workflow('article', { input: Topic, output: Article })
  .step('facts', librarian.find)
  .step('history', historian.recall, { after: [] })
  .step('picture', painter.paint, { after: [], optional: true, retry: { attempts: 2 } })
  .step('polish', critics.polish, {
    after: ['facts', 'history'],
    with: ({ steps }) => ({ text: `${steps.facts.text} ${steps.history.text}` }),
  })
  .waitFor('approval', Approval)
  .output(['polish', 'approval', 'picture?'], ({ steps }) => ({
    text: steps.polish.text,
    picture: steps.picture?.text,
    approvedBy: steps.approval.by,
  }))

await using orchestrator = await createOrchestrator({ workflows: [article] })
const { bus } = orchestrator

const beganAt = performance.now()
const say = (who: string, what: string) => {
  console.log(`${(performance.now() - beganAt).toFixed(0).padStart(6)} ms  ${who.padEnd(9)} ${what}`)
}
using _retries = orchestrator.on('call.retried', ({ message, failure }) => {
  say(message.step ?? '', `${failure instanceof Error ? failure.message : String(failure)}; once more`)
})
using _articles = bus.subscribe(Published, ({ letters }) => {
  console.log(`  (heard on the bus: ${letters} letters are out)\n`)
})

console.log('An article about otters; the painter and one of two critics are down, and a person has to approve it:')
const run = await orchestrator.start(article, { topic: 'Otters' })
for await (const event of run.events()) {
  if (event.type === 'step.progress') say(event.step, String(event.data))
  if (event.type === 'step.finished') say(event.step, event.status)
  if (event.type === 'run.transitioned' && event.to === 'suspended') {
    say('approval', 'is waited for, and comes')
    await run.signal(Approval, { by: 'Ada' })
  }
}

const result = await run.result()
if (result.ok) {
  const { output, status, times } = result
  console.log(`  "${output.text}" (${status}; ${times.speedup.toFixed(1)} times as fast as one after the other)`)
  await bus.publish(Published, { letters: output.text.length })
}

console.log('An article about nothing:')
const refused = await orchestrator.run(article, { topic: '' })
if (refused.status === 'failed') console.log(`  ${refused.failure.code}: ${refused.failure.message}`)
