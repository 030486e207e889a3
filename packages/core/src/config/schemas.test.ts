import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { configFromEnv, type Environment } from './config.js'
import { resolveConfig } from './resolve-config.js'
import type { SettingsSection } from './settings-section.js'

const otherCopy: { z: typeof z } = createRequire(import.meta.url)('zod')

function read(schema: SettingsSection['schema'], env: Environment, given?: object) {
  return resolveConfig([{ name: 'room', schema, given }], configFromEnv(), env).get('room')
}

describe('schemas', () => {
  it('may come from another copy of zod, its metadata too', () => {
    expect(otherCopy.z.object).not.toBe(z.object)
    const foreign = otherCopy.z.object({
      waitMs: otherCopy.z.number().min(1).default(1).meta({ env: 'WAIT', unit: 's' }),
    })
    expect(read(foreign, { ORCHESTRATOR_WAIT: '2' })).toEqual({ waitMs: 2_000 })
    expect(() => read(foreign, { ORCHESTRATOR_WAIT: '0' })).toThrow('allowed is at least 0.001 s')
  })

  it('may not be those of zod/mini, which cannot describe themselves', () => {
    const small = mini.object({ count: mini._default(mini.number().check(mini.minimum(1)), 1) })
    expect(() => read(small, {})).toThrow('cannot be read: it is no schema of zod that describes itself')
  })

  it('may have rules across settings, which wait until each setting is readable', () => {
    const ordered = z
      .object({ least: z.number().default(1), most: z.number().default(9) })
      .refine(({ least, most }) => least <= most, { error: 'least must not exceed most' })
    expect(() => read(ordered, { ORCHESTRATOR_ROOM_LEAST: '10' })).toThrow(
      'settings.room is refused; least must not exceed most.',
    )
    expect(() => read(ordered, { ORCHESTRATOR_ROOM_LEAST: '10', ORCHESTRATOR_ROOM_MOST: 'x' })).toThrow('has a fault:')
  })

  it('may point a rule across settings at one of them', () => {
    const ordered = z
      .object({ least: z.number().default(1), most: z.number().default(9) })
      .refine(({ least, most }) => least <= most, { error: 'it is below least', path: ['most'] })
    expect(() => read(ordered, { ORCHESTRATOR_ROOM_LEAST: '10' })).toThrow(
      'ORCHESTRATOR_ROOM_MOST is left at its default; allowed is a number; it is below least.',
    )
  })

  it('say their own rules in their own words', () => {
    const even = z.object({ count: z.number().refine((value) => value % 2 === 0, { error: 'it has to be even' }) })
    expect(() => read(even, { ORCHESTRATOR_ROOM_COUNT: '3' })).toThrow(
      'ORCHESTRATOR_ROOM_COUNT is "3"; allowed is a number; it has to be even.',
    )
  })

  it('may take one of several kinds', () => {
    const either = z.object({
      limit: z.union([z.string().length(3), z.literal('off'), z.number()]).default('off'),
      most: z.number().nullable().default(null),
    })
    expect(read(either, { ORCHESTRATOR_ROOM_LIMIT: '5', ORCHESTRATOR_ROOM_MOST: '2' })).toEqual({ limit: 5, most: 2 })
    expect(read(either, { ORCHESTRATOR_ROOM_LIMIT: 'off' })).toEqual({ limit: 'off', most: null })
    expect(read(either, { ORCHESTRATOR_ROOM_LIMIT: 'abc' }).limit).toBe('abc')
  })

  it('may transform what is set, and name a variable for what they cannot describe', () => {
    const dated = z.object({ since: z.coerce.date().meta({ env: 'SINCE' }), size: z.string().transform(Number) })
    const values = read(dated, { ORCHESTRATOR_SINCE: '2030-01-01', ORCHESTRATOR_ROOM_SIZE: '12' })
    expect(values).toEqual({ since: new Date('2030-01-01'), size: 12 })
    expect(() => read(dated, { ORCHESTRATOR_SINCE: 'soon', ORCHESTRATOR_ROOM_SIZE: '1' })).toThrow(
      'ORCHESTRATOR_SINCE is "soon"',
    )
  })

  it('may take options they do not name', () => {
    expect(read(z.looseObject({ a: z.number().default(1) }), {}, { b: 2 })).toEqual({ a: 1, b: 2 })
    expect(() => read(z.strictObject({}), {}, { b: 2 })).toThrow('settings.room.b is not known.')
  })

  it('turn what a rule throws into a fault', () => {
    const throwing = z.object({ a: z.string().refine(() => JSON.parse('{')) })
    expect(() => read(throwing, { ORCHESTRATOR_ROOM_A: 'x' })).toThrow('a rule of its schema threw')
  })

  it.each<[string, SettingsSection['schema']]>([
    ['the schema is not an object', z.string()],
    [
      'it is no schema of zod that describes itself',
      { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }) } },
    ],
    ['a names a variable', z.object({ a: z.string().meta({ env: 'lower case' }) })],
    ['aMs cannot be measured in MB', z.object({ aMs: z.number().meta({ unit: 'MB' }) })],
    [
      'its schema is asynchronous',
      z.object({
        a: z
          .string()
          .default('')
          .refine(async () => true),
      }),
    ],
  ])('are refused when %s', (because, schema) => {
    expect(() => read(schema, {}, { a: 'x' })).toThrow(because)
  })

  it('may not share a variable or a name', () => {
    const timeout = z.object({ waitMs: z.number().default(1).meta({ env: 'WAIT' }) })
    const sections = [
      { name: 'one', schema: timeout },
      { name: 'two', schema: timeout, owner: 'plugin' as const },
    ]
    expect(() => resolveConfig(sections, undefined, {})).toThrow(
      'The variable ORCHESTRATOR_WAIT is claimed twice: by settings.one.waitMs and by two.options.waitMs.',
    )
    const twins = [
      { name: 'one', schema: z.object({}) },
      { name: 'one', schema: z.object({}) },
    ]
    expect(() => resolveConfig(twins, undefined, {})).toThrow('The section name "one" is claimed twice')
  })
})
