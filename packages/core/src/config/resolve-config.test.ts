import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configFromEnv, type Environment } from './config.js'
import { configFailure } from './failures.js'
import { resolveConfig } from './resolve-config.js'
import type { SettingFault } from './setting-fault.js'
import type { SettingsSection } from './settings-section.js'

const schema = z.object({
  agentTimeoutMs: z.number().min(1).max(86_400_000).default(60_000).meta({ env: 'AGENT_TIMEOUT', unit: 's' }),
  maxAgentCalls: z.int().min(1).max(1_000).default(5).meta({ env: 'MAX_AGENT_CALLS' }),
  logLevel: z.enum(['debug', 'info', 'warn']).default('info'),
  structured: z.boolean().default(false),
  tags: z.array(z.string()).default(['usual']),
  maxBodyBytes: z.int().min(1).default(1_000_000),
  retry: z.object({ baseMs: z.number().min(0).default(100), factor: z.number().positive().default(2) }).prefault({}),
  pool: z.custom<{ size: number }>((value) => typeof value === 'object').optional(),
})

function resolve(env: Environment, given?: object, strict = false) {
  const sections: SettingsSection[] = [{ name: 'dispatch', schema, given }]
  return resolveConfig(sections, configFromEnv({ strict }), env)
}

function faultsOf(action: () => unknown): readonly SettingFault[] {
  try {
    action()
  } catch (failure) {
    if (configFailure.is(failure, 'config.invalid')) return failure.details.faults
    throw failure
  }
  return []
}

describe('resolveConfig', () => {
  it('takes defaults, then the environment over them, then code over both', () => {
    expect(resolve({}).get('dispatch')).toMatchObject({ agentTimeoutMs: 60_000, maxAgentCalls: 5, logLevel: 'info' })
    const env = { ORCHESTRATOR_AGENT_TIMEOUT: '30', ORCHESTRATOR_MAX_AGENT_CALLS: '7' }
    const values = resolve(env, { maxAgentCalls: 9, agentTimeoutMs: undefined }).get('dispatch', schema)
    expect(values.agentTimeoutMs).toBe(30_000)
    expect(values.maxAgentCalls).toBe(9)
  })

  it.each([
    ['AGENT_TIMEOUT', '60', { agentTimeoutMs: 60_000 }],
    ['AGENT_TIMEOUT', ' 1.1 ', { agentTimeoutMs: 1_100 }],
    ['AGENT_TIMEOUT', '500ms', { agentTimeoutMs: 500 }],
    ['AGENT_TIMEOUT', '30 s', { agentTimeoutMs: 30_000 }],
    ['AGENT_TIMEOUT', '2m', { agentTimeoutMs: 120_000 }],
    ['AGENT_TIMEOUT', '1h', { agentTimeoutMs: 3_600_000 }],
    ['AGENT_TIMEOUT', '', { agentTimeoutMs: 60_000 }],
    ['AGENT_TIMEOUT', '  ', { agentTimeoutMs: 60_000 }],
    ['DISPATCH_MAX_BODY_BYTES', '10MB', { maxBodyBytes: 10_000_000 }],
    ['DISPATCH_MAX_BODY_BYTES', '64KB', { maxBodyBytes: 64_000 }],
    ['DISPATCH_MAX_BODY_BYTES', '1MiB', { maxBodyBytes: 1_048_576 }],
    ['DISPATCH_MAX_BODY_BYTES', '1e3', { maxBodyBytes: 1_000 }],
    ['DISPATCH_STRUCTURED', 'on', { structured: true }],
    ['DISPATCH_STRUCTURED', 'YES', { structured: true }],
    ['DISPATCH_STRUCTURED', '0', { structured: false }],
    ['DISPATCH_LOG_LEVEL', 'WARN', { logLevel: 'warn' }],
    ['DISPATCH_TAGS', 'a, b,,c', { tags: ['a', 'b', 'c'] }],
    ['DISPATCH_RETRY_BASE_MS', '0.5s', { retry: { baseMs: 500, factor: 2 } }],
  ])('reads %s=%j', (variable, text, expected) => {
    expect(resolve({ [`ORCHESTRATOR_${variable}`]: text }).get('dispatch')).toMatchObject(expected)
  })

  it.each([
    ['AGENT_TIMEOUT', '5x', '0.001 s to 86,400 s'],
    ['AGENT_TIMEOUT', '10MB', '0.001 s to 86,400 s'],
    ['AGENT_TIMEOUT', '0', '0.001 s to 86,400 s'],
    ['AGENT_TIMEOUT', '25h', '0.001 s to 86,400 s'],
    ['AGENT_TIMEOUT', 'Infinity', '0.001 s to 86,400 s'],
    ['AGENT_TIMEOUT', '1e999', '0.001 s to 86,400 s'],
    ['MAX_AGENT_CALLS', '1.5', 'a whole number from 1 to 1,000'],
    ['MAX_AGENT_CALLS', '0x10', 'a whole number from 1 to 1,000'],
    ['MAX_AGENT_CALLS', '5s', 'a whole number from 1 to 1,000'],
    ['DISPATCH_LOG_LEVEL', 'loud', 'one of debug, info, warn'],
    ['DISPATCH_STRUCTURED', 'maybe', 'true or false'],
    ['DISPATCH_RETRY_FACTOR', '0', 'more than 0'],
    ['DISPATCH_RETRY_BASE_MS', '-1', 'at least 0 ms'],
  ])('refuses %s=%j', (variable, text, allowed) => {
    const name = `ORCHESTRATOR_${variable}`
    const faults = faultsOf(() => resolve({ [name]: text }))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ name, received: JSON.stringify(text), allowed })
  })

  it('reports all faults at once, each with its name, unit, value and what is allowed', () => {
    const env = { ORCHESTRATOR_AGENT_TIMEOUT: '5x', ORCHESTRATOR_DISPATCH_LOG_LEVEL: 'loud' }
    const given = { maxAgentCalls: 0, retry: { baseMs: -1, facter: 3 }, agentTimoutMs: 1 }
    const faults = faultsOf(() => resolve(env, given))
    expect(faults).toHaveLength(6)
    expect(faults).toEqual(
      expect.arrayContaining([
        { name: 'ORCHESTRATOR_AGENT_TIMEOUT', unit: 's', received: '"5x"', allowed: '0.001 s to 86,400 s' },
        { name: 'ORCHESTRATOR_DISPATCH_LOG_LEVEL', received: '"loud"', allowed: 'one of debug, info, warn' },
        { name: 'settings.dispatch.maxAgentCalls', received: '0', allowed: 'a whole number from 1 to 1,000' },
        { name: 'settings.dispatch.retry.baseMs', unit: 'ms', received: '-1', allowed: 'at least 0 ms' },
        {
          name: 'settings.dispatch.retry.facter',
          received: 'not known',
          because: 'did you mean settings.dispatch.retry.factor?',
        },
        {
          name: 'settings.dispatch.agentTimoutMs',
          received: 'not known',
          because: 'did you mean settings.dispatch.agentTimeoutMs?',
        },
      ]),
    )
  })

  it('says in its message what the details say, a line for each fault', () => {
    expect(() => resolve({ ORCHESTRATOR_AGENT_TIMEOUT: '5x', ORCHESTRATOR_MAX_AGENT_CALLS: 'many' })).toThrow(
      'The configuration has 2 faults:\n' +
        '  ORCHESTRATOR_AGENT_TIMEOUT is "5x"; allowed is 0.001 s to 86,400 s.\n' +
        '  ORCHESTRATOR_MAX_AGENT_CALLS is "many"; allowed is a whole number from 1 to 1,000.\n',
    )
  })

  it('states a bound of code in milliseconds', () => {
    const [fault] = faultsOf(() => resolve({}, { agentTimeoutMs: 0 }))
    expect(fault).toEqual({
      name: 'settings.dispatch.agentTimeoutMs',
      unit: 'ms',
      received: '0',
      allowed: '1 ms to 86,400,000 ms',
    })
  })

  it('warns about a faulty variable that code overrules', () => {
    for (const text of ['5x', '0']) {
      const resolved = resolve({ ORCHESTRATOR_AGENT_TIMEOUT: text }, { agentTimeoutMs: 10 })
      expect(resolved.get('dispatch').agentTimeoutMs).toBe(10)
      expect(resolved.warnings).toEqual([
        `ORCHESTRATOR_AGENT_TIMEOUT is "${text}"; allowed is 0.001 s to 86,400 s; settings.dispatch.agentTimeoutMs in code is used instead.`,
      ])
    }
    expect(resolve({ ORCHESTRATOR_AGENT_TIMEOUT: '5' }, { agentTimeoutMs: 10 }).warnings).toEqual([])
  })

  it('refuses options that are no object, also within', () => {
    const [fault] = faultsOf(() => resolve({}, { retry: 3 }))
    expect(fault).toMatchObject({ name: 'settings.dispatch.retry', received: '3', allowed: 'an object of options' })
    expect(faultsOf(() => resolve({}, ['a']))).toMatchObject([{ name: 'settings.dispatch' }])
  })

  it('says that a setting without default is not set, by the name one can set', () => {
    const required = { name: 'db', schema: z.object({ url: z.url(), hook: z.custom((value) => value !== undefined) }) }
    const [url, hook] = faultsOf(() => resolveConfig([required], configFromEnv(), {}))
    expect(url).toMatchObject({ name: 'ORCHESTRATOR_DB_URL', received: 'not set', allowed: 'text in the form of uri' })
    expect(hook).toMatchObject({ name: 'settings.db.hook', received: 'not set' })
    expect(faultsOf(() => resolveConfig([required], undefined, {}))[0]?.name).toBe('settings.db.url')
  })

  it('calls options of plugins by the name of the plugin', () => {
    const plugin = { name: 'postgres', owner: 'plugin', schema, given: { logLevel: 'loud' } } as const
    const [fault] = faultsOf(() => resolveConfig([plugin], undefined, {}))
    expect(fault?.name).toBe('postgres.options.logLevel')
  })

  it('reads no environment without a config, and the one of the config before the host’s', () => {
    const sections = [{ name: 'dispatch', schema }]
    const host = { ORCHESTRATOR_MAX_AGENT_CALLS: '7' }
    expect(resolveConfig(sections, undefined, host).get('dispatch').maxAgentCalls).toBe(5)
    expect(resolveConfig(sections, configFromEnv({ env: {} }), host).get('dispatch').maxAgentCalls).toBe(5)
    const renamed = configFromEnv({ prefix: 'APP_', env: { APP_MAX_AGENT_CALLS: '8' } })
    expect(resolveConfig(sections, renamed, host).get('dispatch').maxAgentCalls).toBe(8)
  })

  it('freezes what it made, and leaves what code gave as it was', () => {
    const pool = { size: 1 }
    const given = { pool, retry: { factor: 3 } }
    const values = resolve({}, given).get('dispatch', schema)
    expect([values, values.retry, values.tags].every(Object.isFrozen)).toBe(true)
    expect(values.pool).toBe(pool)
    expect([pool, given, given.retry].some(Object.isFrozen)).toBe(false)
  })

  it('knows only the sections it was given, and only by their own schema', () => {
    const resolved = resolve({})
    expect(() => resolved.get('other')).toThrow(
      'No settings "other" were resolved with this schema. There are: dispatch.',
    )
    expect(() => resolved.get('dispatch', z.object({}))).toThrow('No settings "dispatch" were resolved')
  })
})

describe('unknown variables', () => {
  it('are warned about, with the nearest known one, and without their value', () => {
    const { warnings } = resolve({ ORCHESTRATOR_AGENT_TIMOUT: 'hidden', ORCHESTRATOR_XYZZY: '1', OTHER: '2' })
    expect(warnings).toEqual([
      'ORCHESTRATOR_AGENT_TIMOUT is not known; did you mean ORCHESTRATOR_AGENT_TIMEOUT?',
      'ORCHESTRATOR_XYZZY is not known.',
    ])
  })

  it('are faults when strict', () => {
    const faults = faultsOf(() => resolve({ ORCHESTRATOR_AGENT_TIMEUOT: '1' }, {}, true))
    expect(faults).toEqual([
      {
        name: 'ORCHESTRATOR_AGENT_TIMEUOT',
        received: 'not known',
        because: 'did you mean ORCHESTRATOR_AGENT_TIMEOUT?',
      },
    ])
  })

  it('may have the names of prototypes', () => {
    const names = ['__PROTO__', '__proto__', 'constructor', 'CONSTRUCTOR', 'hasOwnProperty']
    const env = Object.fromEntries(names.map((name) => [`ORCHESTRATOR_${name}`, 'x']))
    expect(resolve(env).warnings).toHaveLength(names.length)
    const options = JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1 }')
    expect(faultsOf(() => resolve({}, options)).map(({ name }) => name)).toEqual([
      'settings.dispatch.__proto__',
      'settings.dispatch.constructor',
    ])
    expect({}).not.toHaveProperty('polluted')
  })
})
