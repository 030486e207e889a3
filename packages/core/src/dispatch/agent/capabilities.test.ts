import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod-3'
import { z as early4 } from 'zod-3/v4'
import { agent, createOrchestrator, operation, type StandardSchema } from '../../index.js'
import { describeSchema } from './json-schema.js'

async function capabilitiesOf(input: StandardSchema, output: StandardSchema = input) {
  const clerk = agent('clerk', { count: operation({ description: 'Counts.', input, output, run: () => ({}) }) })
  await using orchestrator = await createOrchestrator({ agents: [clerk] })
  return orchestrator.capabilities().clerk?.operations.count
}

const textSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }

describe('capabilities', () => {
  it('describe an operation in words and its contract as JSON Schema', async () => {
    expect(await capabilitiesOf(z.object({ text: z.string() }))).toMatchObject({
      description: 'Counts.',
      input: { jsonSchema: textSchema },
      output: { jsonSchema: textSchema },
    })
  })

  it('tell callers what they may leave out, and what they get in any case', async () => {
    const capability = await capabilitiesOf(z.object({ limit: z.number().default(100) }))
    expect(capability?.input?.jsonSchema?.required).toBeUndefined()
    expect(capability?.output?.jsonSchema?.required).toEqual(['limit'])
  })

  it('leave a description out that was not given', async () => {
    const clerk = agent('clerk', { count: operation({ input: z.any(), output: z.any(), run: () => 1 }) })
    await using orchestrator = await createOrchestrator({ agents: [clerk] })
    expect(Object.keys(orchestrator.capabilities().clerk?.operations.count ?? {})).toEqual(['input', 'output'])
  })

  it('are the same object when asked for again', async () => {
    const clerk = agent('clerk', { count: operation({ input: z.any(), output: z.any(), run: () => 1 }) })
    await using orchestrator = await createOrchestrator({ agents: [clerk] })
    expect(orchestrator.capabilities().clerk).toBe(orchestrator.capabilities().clerk)
  })

  it('are worked out only when they are asked for, and then once', async () => {
    const touched: string[] = []
    const standard = {
      version: 1 as const,
      vendor: 'own',
      validate: (value: unknown) => ({ value }),
      get jsonSchema() {
        touched.push('jsonSchema')
        return { input: () => ({}), output: () => ({}) }
      },
    }
    const schema = {
      '~standard': standard,
      get toJsonSchema() {
        touched.push('toJsonSchema')
        return undefined
      },
    }
    const clerk = agent('clerk', { count: operation({ input: schema, output: schema, run: () => ({}) }) })
    await using orchestrator = await createOrchestrator({ agents: [clerk] })
    await orchestrator.ask(clerk.count, {})
    expect(touched).toEqual([])
    orchestrator.capabilities()
    expect(touched).not.toEqual([])
    const before = touched.length
    orchestrator.capabilities()
    expect(touched).toHaveLength(before)
  })
})

describe('a schema is described', () => {
  it('by zod 4', () => {
    expect(describeSchema(z.object({ text: z.string() }), 'input')).toMatchObject({ jsonSchema: textSchema })
  })

  it('by arktype', () => {
    expect(describeSchema(type({ text: 'string' }), 'input')).toMatchObject({ jsonSchema: textSchema })
  })

  it('by a method of its library', () => {
    const schema = {
      '~standard': { version: 1 as const, vendor: 'own', validate: (value: unknown) => ({ value }) },
      toJsonSchema: () => textSchema,
    }
    expect(describeSchema(schema, 'output')).toEqual({ jsonSchema: textSchema })
  })

  it.each<[string, StandardSchema, string]>([
    ['zod 3', z3.object({ text: z3.string() }), 'zod'],
    ['the early zod 4 within zod 3.25', early4.object({ text: early4.string() }), 'zod'],
    ['valibot', v.object({ text: v.string() }), 'valibot'],
  ])('not by %s, which cannot, and the reason names the library', (_, schema, vendor) => {
    const because = `schemas of ${vendor}, as installed, cannot be written as JSON Schema`
    expect(describeSchema(schema, 'input')).toEqual({ because })
  })

  it('not when its library cannot write this one, and the reason is the library’s', () => {
    const schema = z.string().transform((text) => text.length)
    expect(describeSchema(schema, 'input')).toMatchObject({ jsonSchema: { type: 'string' } })
    expect(describeSchema(schema, 'output')).toEqual({ because: expect.stringMatching(/^zod: Transforms cannot/) })
  })

  it('not when its library throws something that is no error', () => {
    const standard = { version: 1 as const, vendor: 'own', validate: (value: unknown) => ({ value }) }
    const jsonSchema = { input: () => Promise.reject(), output: () => JSON.parse('{') }
    const schema = { '~standard': { ...standard, jsonSchema } } as StandardSchema
    expect(describeSchema(schema, 'output')).toEqual({ because: expect.stringMatching(/^own: /) })
  })
})
