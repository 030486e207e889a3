import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod-3'
import { z as early4 } from 'zod-3/v4'
import { agent, createOrchestrator, isFailure, operation } from '../../index.js'

// One agent for each library: a caller may leave `limit` out, the code has it, and callers get `text` as a length.

const ofZod4 = agent('librarian', {
  find: operation({
    input: z.object({ text: z.string(), limit: z.number().default(10) }),
    output: z.object({ length: z.string().transform((text) => text.length), limit: z.number() }),
    run: ({ text, limit }) => ({ length: text, limit: limit.valueOf() }),
  }),
})
const ofZod3 = agent('librarian', {
  find: operation({
    input: z3.object({ text: z3.string(), limit: z3.number().default(10) }),
    output: z3.object({ length: z3.string().transform((text) => text.length), limit: z3.number() }),
    run: ({ text, limit }) => ({ length: text, limit: limit.valueOf() }),
  }),
})
const ofEarlyZod4 = agent('librarian', {
  find: operation({
    input: early4.object({ text: early4.string(), limit: early4.number().default(10) }),
    output: early4.object({ length: early4.string().transform((text) => text.length), limit: early4.number() }),
    run: ({ text, limit }) => ({ length: text, limit: limit.valueOf() }),
  }),
})
const ofValibot = agent('librarian', {
  find: operation({
    input: v.object({ text: v.string(), limit: v.optional(v.number(), 10) }),
    output: v.object({
      length: v.pipe(
        v.string(),
        v.transform((text) => text.length),
      ),
      limit: v.number(),
    }),
    run: ({ text, limit }) => ({ length: text, limit: limit.valueOf() }),
  }),
})
const ofArktype = agent('librarian', {
  find: operation({
    input: type({ text: 'string', limit: 'number = 10' }),
    output: type({ length: type('string').pipe((text) => text.length), limit: 'number' }),
    run: ({ text, limit }) => ({ length: text, limit: limit.valueOf() }),
  }),
})

describe.each([
  ['zod 4', ofZod4],
  ['zod 3.25', ofZod3],
  ['the early zod 4 within zod 3.25', ofEarlyZod4],
  ['valibot', ofValibot],
  ['arktype', ofArktype],
] as const)('a contract of %s', (_, librarian) => {
  it('fills defaults in and transforms', async () => {
    await using orchestrator = await createOrchestrator({ agents: [librarian] })
    const found = await orchestrator.ask(librarian.find, { text: 'otters' })
    expect({ sum: found.length + found.limit }).toEqual({ sum: 16 })
  })

  it('refuses a wrong input with its path', async () => {
    await using orchestrator = await createOrchestrator({ agents: [librarian] })
    const wrong = orchestrator.ask(librarian.find, { text: 'otters', limit: 'many' } as never)
    await expect(wrong).rejects.toSatisfy((error) => isFailure(error, 'agent.invalid_input'))
    await expect(wrong).rejects.toMatchObject({ details: { issues: [{ path: 'limit', message: expect.any(String) }] } })
  })
})

it('contracts of several libraries serve in one orchestrator, and one operation may mix them', async () => {
  const mixed = agent('mixed', {
    find: operation({
      input: v.object({ text: v.string() }),
      output: type({ length: 'number' }),
      run: async ({ text }, { ask }) => ({ length: (await ask(ofZod3.find, { text })).length }),
    }),
  })
  await using orchestrator = await createOrchestrator({ agents: [mixed, ofZod3] })
  expect(await orchestrator.ask(mixed.find, { text: 'otters' })).toEqual({ length: 6 })
})
