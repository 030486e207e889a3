import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, operation } from '../../dispatch/index.js'
import { workflow } from './builder.js'

it('takes what a schema converts for what it may be', () => {
  const given = z.object({ count: z.string(), more: z.string() })
  const wanted = z.object({ count: z.coerce.number(), more: z.coerce.number().default(1) })
  const counter = agent('counter', { count: operation({ input: wanted, output: wanted, run: (one) => one }) })
  const build = () =>
    (workflow('counting', { input: given, output: z.any() }) as any).step('count', counter.count).output(() => 1)
  expect(build).not.toThrow()
})
