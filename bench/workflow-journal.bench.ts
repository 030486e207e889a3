import { agent, bind, clock, createOrchestrator, operation, stateStore, workflow } from '@baton/core'
import { InMemoryStateStore } from '@baton/core/testing'
import { z } from 'zod'
import { defineBench } from './harness/bench.ts'

const Text = z.object({ text: z.string() })
const writer = agent('writer', { write: operation({ input: Text, output: Text, run: async (text) => text }) })
const article = workflow('article', { input: Text, output: Text })
  .step('one', writer.write)
  .step('two', writer.write, { after: [] })
  .step('three', writer.write, { after: ['one', 'two'], with: ({ steps }) => steps.one })
  .step('four', writer.write, { with: ({ steps }) => steps.three })
  .step('five', writer.write, { with: ({ steps }) => steps.four })
  .output(['five'], ({ steps }) => steps.five)

const usual = await createOrchestrator({ workflows: [article] })
const store = new InMemoryStateStore({ clock: usual.port(clock), maxEnded: 1_000 })
const journalled = await createOrchestrator({ workflows: [article], ports: [bind(stateStore, store)] })
const input = { text: 'otters' }

export default defineBench({
  name: 'a hundred runs of five steps at once',
  floor: {
    name: 'in the store of this process alone',
    run: () => Promise.all(Array.from({ length: 100 }, () => usual.run(article, input))),
  },
  cases: [
    {
      name: 'recorded as in a database, each step before the next begins',
      run: () => Promise.all(Array.from({ length: 100 }, () => journalled.run(article, input))),
      after: async () => {
        await journalled.close()
        await usual.close()
      },
    },
  ],
})
