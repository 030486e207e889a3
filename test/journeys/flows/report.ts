import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'

const Found = z.object({ source: z.string(), text: z.string() })
const Find = z.object({ tenantId: z.string() })
const finds = (source: string) =>
  operation({ input: Find, output: Found, run: ({ tenantId }) => ({ source, text: `${source} of ${tenantId}` }) })

export const customers = agent('customers', {
  resolve: operation({
    input: z.object({ customer: z.string() }),
    output: Find,
    run: ({ customer }) => ({ tenantId: `t-${customer}` }),
  }),
})
export const cases = agent('cases', { find: finds('cases') })
export const escalations = agent('escalations', { find: finds('escalations') })
const specialists = { cases: cases.find, escalations: escalations.find }

/** Who is asked is worked out from the request; each answer, or why there is none, becomes a line of the report. */
export const report = workflow('report', {
  input: z.object({ request: z.string(), customer: z.string() }),
  output: z.object({ lines: z.array(z.string()), missing: z.array(z.string()) }),
})
  .compute('route', {
    run: ({ input }) => {
      const names = Object.keys(specialists) as (keyof typeof specialists)[]
      return names.filter((name) => input.request.includes(name))
    },
  })
  .step('customer', customers.resolve, { after: [] })
  .map('parts', {
    after: ['route', 'customer'],
    over: ({ steps }) => steps.route,
    oneOf: specialists,
    pick: (name) => name,
    with: (_, { steps }) => ({ tenantId: steps.customer.tenantId }),
    settle: true,
    timeoutMs: 60_000,
  })
  .output(['parts'], ({ steps }) => ({
    lines: steps.parts.flatMap((part) => (part.ok ? [part.output.text] : [])),
    missing: steps.parts.flatMap((part) => (part.ok ? [] : [`${part.item}: ${part.failure.code}`])),
  }))
