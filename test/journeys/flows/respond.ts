import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'

const Task = z.object({ task: z.string() })
const Part = z.object({ text: z.string() })
const Node = z.object({
  id: z.string(),
  operation: z.enum(['products', 'prices']),
  input: Task,
  after: z.array(z.string()).default([]),
})
const works = (about: string) =>
  operation({ input: Task, output: Part, run: ({ task }) => ({ text: `${about} of ${task}` }) })

export const planner = agent('planner', {
  plan: operation({
    input: z.object({ message: z.string() }),
    output: z.object({ nodes: z.array(Node), direct: z.string().optional() }),
    run: ({ message }) => ({
      nodes: [
        { id: 'a', operation: 'products' as const, input: { task: message } },
        { id: 'b', operation: 'prices' as const, input: { task: message }, after: ['a'] },
      ],
    }),
  }),
})
export const products = agent('products', { work: works('products') })
export const prices = agent('prices', { work: works('prices') })
export const synthesizer = agent('synthesizer', {
  merge: operation({
    input: z.object({ parts: z.array(z.string()), failed: z.array(z.string()) }),
    output: Part,
    run: ({ parts, failed }) => ({ text: [...parts, ...failed].join('; ') }),
  }),
})

/** An agent proposes who is to be asked what; the proposal is checked, carried out, and made into one reply. */
export const respond = workflow('respond', {
  input: z.object({ message: z.string() }),
  output: z.object({ reply: z.string() }),
  budget: { calls: 7 },
})
  .step('plan', planner.plan, {
    retry: { attempts: 3, baseMs: 500 },
    onFailure: (failure, { input }) => ({ nodes: [], direct: `Cannot plan (${failure.code}): ${input.message}` }),
  })
  .plan('execute', {
    operations: { products: products.work, prices: prices.work },
    max: 20,
    nodes: ({ steps }) => steps.plan.nodes,
  })
  .step('synthesize', synthesizer.merge, {
    after: ['execute', 'plan'],
    when: ({ steps }) => steps.plan.direct === undefined,
    with: ({ steps }) => {
      const all = Object.values(steps.execute)
      return {
        parts: all.flatMap((node) => (node.ok ? [node.output.text] : [])),
        failed: all.flatMap((node) => (node.ok ? [] : [node.failure.code])),
      }
    },
  })
  .output(['plan', 'synthesize?'], ({ steps }) => ({
    reply: steps.plan.direct ?? steps.synthesize?.text ?? 'nothing',
  }))
