import { expect, it } from 'vitest'
import { z } from 'zod'
import { resolveConfig } from './resolve-config.js'

const hours = { unit: 'h' }

it.each<[string, z.ZodType]>([
  ['a number', z.number()],
  ['a whole number', z.int()],
  ['a whole number from 1 to 1,000,000', z.int().min(1).max(1_000_000)],
  ['a whole number, at least 0', z.int().min(0)],
  ['0 to 1', z.number().min(0).max(1)],
  ['more than 0 and less than 1.5', z.number().positive().lt(1.5)],
  ['at most 7 in steps of 0.5', z.number().max(7).multipleOf(0.5)],
  ['1 h to 24 h', z.number().min(1).max(24).meta(hours)],
  ['a whole number of calls', z.int().meta({ unit: 'calls' })],
  ['true or false', z.boolean()],
  ['one of a, b', z.enum(['a', 'b'])],
  ['off, or at least 1', z.union([z.literal('off'), z.number().min(1)])],
  ['text that is not empty', z.string().min(1)],
  ['text of at least 8 characters', z.string().min(8)],
  ['text of 0 to 80 characters', z.string().max(80)],
  ['text that matches ^a$', z.string().regex(/^a$/)],
  ['text in the form of email', z.email()],
  [
    'a list of 1 to 3, separated by commas, each one of a, b',
    z
      .array(z.enum(['a', 'b']))
      .min(1)
      .max(3),
  ],
  ['a list of at least 2, separated by commas, each text', z.array(z.string()).min(2)],
  ['', z.record(z.string(), z.string())],
  ['', z.function()],
])('says %j', (expected, type) => {
  const schema = z.object({ setting: type.optional().meta(type.meta() ?? {}) })
  const [row] = resolveConfig([{ name: 'room', schema }], undefined, {}).rows
  expect(row?.allowed).toBe(expected)
})
