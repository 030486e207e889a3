import { agent, createOrchestrator, operation, type Workflow, workflow } from '@baton/core'
import { z } from 'zod'
import { defineBench } from './harness/bench.ts'

const Count = z.number()
const adder = agent('adder', { add: operation({ input: Count, output: Count, run: async (count) => count + 1 }) })

const fanOut = workflow('fan-out', { input: Count, output: Count })
  .map('all', {
    over: ({ input }) => Array.from({ length: input }, (_, index) => index),
    run: adder.add,
    with: (index) => index,
  })
  .output(['all'], ({ steps }) => steps.all.length)

/** So many steps, each after the one before; their names are made, so they have no types. */
function chainOf(length: number): Workflow<number, number> {
  let steps: any = workflow(`chain of ${length}`, { input: Count, output: Count }).step('s0', adder.add)
  for (let index = 1; index < length; index++) {
    steps = steps.step(`s${index}`, adder.add, { with: (state: any) => state.steps[`s${index - 1}`] })
  }
  return steps.output([`s${length - 1}`], (state: any) => state.steps[`s${length - 1}`])
}

const chain = chainOf(1_000)
const orchestrator = await createOrchestrator({ workflows: [fanOut, chain] })

/** A thousand calls with the same checks, without Baton. */
const bare = () => Promise.all(Array.from({ length: 1_000 }, async (_, index) => Count.parse(Count.parse(index) + 1)))

export default defineBench({
  name: 'a thousand steps of one run, input and output of each checked by zod',
  floor: { name: 'a thousand async functions with the same checks', run: bare },
  cases: [
    {
      name: 'side by side',
      run: () => orchestrator.run(fanOut, 1_000),
      target: { overFloorNs: 1_000_000 },
    },
    {
      name: 'one after the other',
      run: () => orchestrator.run(chain, 0),
      target: { overFloorNs: 1_000_000 },
      after: () => orchestrator.close(),
    },
  ],
})
