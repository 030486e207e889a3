import { agent, createOrchestrator, operation } from '@baton/core'
import { z } from 'zod'
import { defineBench } from './harness/bench.ts'

const Text = z.object({ text: z.string() })
const input = { text: 'otters' }

const echo = agent('echo', {
  now: operation({ input: Text, output: Text, run: (given) => given }),
  later: operation({ input: Text, output: Text, run: async (given) => given }),
})
const orchestrator = await createOrchestrator({ agents: [echo] })
const observed = await createOrchestrator({ agents: [echo] })
observed.on('*', () => {})

/** What a host would write without Baton: the same checks around the same work. */
async function bare(given: unknown): Promise<{ text: string }> {
  return Text.parse(Text.parse(given))
}

export default defineBench({
  name: 'ask of a no-op operation, input and output checked by zod',
  floor: { name: 'an async function with the same checks', run: () => bare(input) },
  cases: [
    { name: 'ask', run: () => orchestrator.ask(echo.now, input), target: { overFloorNs: 800 } },
    {
      name: 'ask, when the operation is async',
      run: () => orchestrator.ask(echo.later, input),
      after: () => orchestrator.close(),
    },
    {
      name: 'ask, with an observer of all events',
      run: () => observed.ask(echo.now, input),
      after: () => observed.close(),
    },
  ],
})
