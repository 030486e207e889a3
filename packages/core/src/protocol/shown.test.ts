import { describe, expect, it } from 'vitest'
import { shown } from './shown.js'

describe('a value is shown', () => {
  it.each<[unknown, string]>([
    ['text', '"text"'],
    ['', '""'],
    ['two\nlines "quoted"', '"two\\nlines \\"quoted\\""'],
    [5, '5'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object of class none'],
    [new Map(), 'an object of class Map'],
    [new (class Account {})(), 'an object of class Account'],
    [new Error('boom'), 'an object of class Error'],
    [parseInt, 'function parseInt'],
    [() => 1, 'a function'],
    [class Account {}, 'function Account'],
  ])('%o', (value, expected) => {
    expect(shown(value)).toBe(expected)
  })

  it('short', () => {
    expect(shown('x'.repeat(1_000))).toBe(`"${'x'.repeat(80)}…"`)
    expect(shown('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
  })

  it('without credentials, also where they would be cut', () => {
    expect(shown('password=hunter2')).toBe('"password=***"')
    expect(shown(`${'x '.repeat(36)}postgres://me:hunter2@db`)).not.toContain('hunter')
    expect(shown({ password: 'hunter2' })).toBe('an object')
  })

  it('at once, however long it is', () => {
    const startedAt = process.cpuUsage()
    expect(shown('x'.repeat(1_000_000)).length).toBeLessThan(100)
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(4_000)
  })

  it.each([
    [
      'a class whose name is a number',
      class {
        static override = 1
        static readonly name = 5 as never
      },
    ],
    [
      'a class whose name is a method',
      class {
        static readonly name = (() => 'x') as never
      },
    ],
  ])('without harm when it is %s', (_, value) => {
    expect(shown(value)).toMatch(/^a function$|^function /)
  })
})
