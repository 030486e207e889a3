import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configFromEnv, type Environment } from './config.js'
import { describeConfig } from './describe-config.js'
import { resolveConfig } from './resolve-config.js'

const hidden = 'hunter2-very-secret'
const schema = z
  .object({
    licence: z.string().min(40).optional().meta({ env: 'LICENCE', secret: true }),
    apiKey: z
      .string()
      .refine((value) => value !== hidden, { error: (issue) => `must not be ${String(issue.input)}` })
      .optional(),
    pin: z.number().max(9).optional().meta({ secret: true }),
    vault: z
      .object({ words: z.array(z.string().max(3)).optional() })
      .optional()
      .meta({ secret: true }),
    strictness: z.number().default(1),
  })
  .superRefine((values, context) => {
    if (values.licence) context.addIssue({ code: 'custom', message: `no licence like ${values.licence}` })
  })

function failureOf(env: Environment, given?: object): Error {
  try {
    resolveConfig([{ name: 'plugin', schema, given }], configFromEnv({ strict: true }), env)
  } catch (failure) {
    return failure as Error
  }
  return new RangeError('it resolved')
}

function everythingOf(failure: Error): string {
  return [failure.message, JSON.stringify(failure), JSON.stringify(Object.entries(failure)), failure.stack].join('\n')
}

describe('secrets', () => {
  it.each<[string, Environment, object | undefined]>([
    ['out of bounds, in the environment', { ORCHESTRATOR_LICENCE: hidden }, undefined],
    ['out of bounds, in code', {}, { licence: hidden }],
    ['of the wrong type, in code', {}, { licence: [hidden] }],
    ['quoted by a rule', { ORCHESTRATOR_PLUGIN_API_KEY: hidden }, undefined],
    ['quoted by a rule, in code', {}, { apiKey: hidden }],
    ['quoted by a rule across settings', { ORCHESTRATOR_LICENCE: hidden.repeat(3) }, undefined],
    ['not readable', { ORCHESTRATOR_PLUGIN_PIN: hidden }, undefined],
    ['in a list of a group', { ORCHESTRATOR_PLUGIN_VAULT_WORDS: `a,${hidden}` }, undefined],
    ['in place of a group', {}, { vault: hidden }],
    ['under a wrong name', { ORCHESTRATOR_LICENSE: hidden }, { licens: hidden }],
  ])('appear nowhere in a failure when %s', (_case, env, given) => {
    const failure = failureOf(env, given)
    expect(failure).toMatchObject({ code: 'config.invalid' })
    expect(everythingOf(failure)).not.toContain('hunter2')
  })

  it('are named with what is allowed', () => {
    expect(failureOf({ ORCHESTRATOR_LICENCE: hidden }).message).toContain(
      'ORCHESTRATOR_LICENCE is ***; allowed is text of at least 40 characters.',
    )
  })

  it('appear in no warning and no table', () => {
    const env = { ORCHESTRATOR_LICENCE: hidden, ORCHESTRATOR_PLUGIN_API_KEY: 'abc-hunter2' }
    const plain = z.object({ ...schema.shape, licence: z.string().optional().meta({ env: 'LICENCE', secret: true }) })
    const given = { licence: undefined, pin: 3 }
    const resolved = resolveConfig([{ name: 'plugin', schema: plain, given }], configFromEnv(), env)
    const table = describeConfig(resolved.rows)
    expect(table).toContain('***')
    expect(table + resolved.warnings.join()).not.toContain('hunter2')
    const overruled = resolveConfig([{ name: 'plugin', schema, given: { pin: 1 } }], configFromEnv(), {
      ORCHESTRATOR_PLUGIN_PIN: hidden,
    })
    expect(overruled.warnings).toHaveLength(1)
    expect(overruled.warnings.join()).not.toContain('hunter2')
  })
})
