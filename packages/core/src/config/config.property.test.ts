import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type Failure, isFailure } from '../ports/index.js'
import { configFromEnv } from './config.js'
import { describeConfig } from './describe-config.js'
import { configFailure } from './failures.js'
import { type ResolvedConfig, resolveConfig } from './resolve-config.js'

const schema = z
  .object({
    constructor: z.number().default(1),
    waitMs: z.number().min(1).max(60_000).default(1_000).meta({ env: 'WAIT', unit: 's' }),
    count: z.int().min(0).default(1),
    maxBytes: z.int().positive().default(1),
    on: z.boolean().default(true),
    level: z.enum(['low', 'high']).default('low'),
    list: z.array(z.int()).max(3).default([]),
    either: z.union([z.literal('off'), z.number()]).default('off'),
    url: z.url().optional(),
    password: z.string().min(3).optional(),
    inner: z.object({ a: z.string().optional() }).prefault({}),
  })
  .refine(({ count, maxBytes }) => count < maxBytes + 1_000)

const known = resolveConfig([{ name: 'room', schema }], undefined, {}).rows.map(({ variable }) => variable ?? '')
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: fc.string().map((text) => `ORCHESTRATOR_${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'ORCHESTRATOR___PROTO__', 'ORCHESTRATOR_constructor', 'PATH') },
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' 5 ', '5x', '1e3', '-0', '1h', '10MB', 'yes', 'off', 'low', 'a,b', '1,2', '1e999', 'NaN', '0x1'),
  fc.double().map(String),
)

function resolved(
  env: Record<string, string>,
  strict: boolean,
): ResolvedConfig | Failure<{ faults: readonly unknown[] }> {
  try {
    return resolveConfig([{ name: 'room', schema }], configFromEnv({ strict }), env)
  } catch (failure) {
    if (configFailure.is(failure, 'config.invalid')) return failure
    throw failure
  }
}

it('resolves any environment, or throws config.invalid', () => {
  const environments = fc.array(fc.tuple(name, text), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs))
  let accepted = 0
  fc.assert(
    fc.property(environments, fc.boolean(), (env, strict) => {
      const result = resolved(env, strict)
      if (isFailure(result)) {
        return result.details.faults.length > 0 && JSON.parse(JSON.stringify(result)).code === 'config.invalid'
      }
      accepted++
      const values = result.get('room', schema)
      return (
        isDeepStrictEqual(schema.parse(values), values) && describeConfig(result.rows).includes('ORCHESTRATOR_WAIT')
      )
    }),
    { numRuns: 1_000 },
  )
  expect(accepted).toBeGreaterThan(100)
  expect(accepted).toBeLessThan(900)
  expect(Object.keys(Object.prototype)).toEqual([])
})
