// Checked by tsc alone: never run. What each library says of its schemas is what callers and code see.

import { agent, createOrchestrator, operation } from '@baton/core'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { z as z3 } from 'zod-3'
import { z as early4 } from 'zod-3/v4'
import { type Equal, expectType } from './equal.ts'

interface Given {
  text: string
  limit?: number | undefined
}
interface Taken {
  text: string
  limit: number
}

const orchestrator = await createOrchestrator({})
/** Whether types are assignable both ways: libraries write the same type in their own words. */
type Same<One, Other> = [One, Other] extends [Other, One] ? true : false

const ofZod4 = agent('librarian', {
  find: operation({
    input: z.object({ text: z.string(), limit: z.number().default(10) }),
    output: z.object({ length: z.string().transform((text) => text.length) }),
    run: (input) => {
      expectType<Equal<typeof input, { text: string; limit: number }>>()
      return { length: input.text }
    },
  }),
})
const byZod4 = await orchestrator.ask(ofZod4.find, { text: '' } satisfies Given)
expectType<Equal<typeof byZod4, { length: number }>>()
// @ts-expect-error: wrong input
void orchestrator.ask(ofZod4.find, { text: 5 })

const ofZod3 = agent('librarian', {
  find: operation({
    input: z3.object({ text: z3.string(), limit: z3.number().default(10) }),
    output: z3.object({ length: z3.string().transform((text) => text.length) }),
    run: (input) => {
      expectType<Same<typeof input, Taken>>()
      return { length: input.text }
    },
  }),
})
const byZod3 = await orchestrator.ask(ofZod3.find, { text: '' } satisfies Given)
expectType<Equal<typeof byZod3, { length: number }>>()
// @ts-expect-error: wrong input
void orchestrator.ask(ofZod3.find, { text: 5 })

const ofEarlyZod4 = agent('librarian', {
  find: operation({
    input: early4.object({ text: early4.string(), limit: early4.number().default(10) }),
    output: early4.object({ length: early4.string().transform((text) => text.length) }),
    run: (input) => {
      expectType<Same<typeof input, Taken>>()
      return { length: input.text }
    },
  }),
})
const byEarlyZod4 = await orchestrator.ask(ofEarlyZod4.find, { text: '' } satisfies Given)
expectType<Equal<typeof byEarlyZod4, { length: number }>>()
// @ts-expect-error: wrong input
void orchestrator.ask(ofEarlyZod4.find, { text: 5 })

const ofValibot = agent('librarian', {
  find: operation({
    input: v.object({ text: v.string(), limit: v.optional(v.number(), 10) }),
    output: v.object({
      length: v.pipe(
        v.string(),
        v.transform((text) => text.length),
      ),
    }),
    run: (input) => {
      expectType<Same<typeof input, Taken>>()
      return { length: input.text }
    },
  }),
})
const byValibot = await orchestrator.ask(ofValibot.find, { text: '' } satisfies Given)
expectType<Equal<typeof byValibot, { length: number }>>()
// @ts-expect-error: wrong input
void orchestrator.ask(ofValibot.find, { text: 5 })

const ofArktype = agent('librarian', {
  find: operation({
    input: type({ text: 'string', limit: 'number = 10' }),
    output: type({ length: type('string').pipe((text) => text.length) }),
    run: (input) => {
      expectType<Same<typeof input, Taken>>()
      return { length: input.text }
    },
  }),
})
const byArktype = await orchestrator.ask(ofArktype.find, { text: '' })
expectType<Equal<typeof byArktype, { length: number }>>()
// @ts-expect-error: wrong input
void orchestrator.ask(ofArktype.find, { text: 5 })
