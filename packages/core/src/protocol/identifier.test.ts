import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identifier, isIdentifier } from './identifier.js'

const encoder = new TextEncoder()

describe('an identifier', () => {
  it('is any well-formed string of 1 to 512 UTF-8 bytes without NUL, and nothing else is', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.string({ unit: 'grapheme', minLength: 120, maxLength: 300 }),
      units.map((codes) => String.fromCharCode(...codes)),
    )
    fc.assert(
      fc.property(text, (value) => {
        const bytes = encoder.encode(value).length
        const isOne = value.isWellFormed() && !value.includes('\0') && bytes >= 1 && bytes <= 512
        expect(isIdentifier(value)).toBe(isOne)
      }),
      { numRuns: 3_000 },
    )
  })

  it.each(['__proto__', 'constructor', '/', ':', '..', ' ', '\n', '"', '\u{1f99c}', '\u200b', '0', 'null'])(
    'may be %j',
    (value) => {
      expect(identifier(value, 'run')).toBe(value)
    },
  )

  it.each([
    ['x', 512],
    ['é', 256],
    ['€', 170],
    ['🦜', 128],
  ])('made of %s may be repeated %i times, and not once more', (letter, times) => {
    expect(isIdentifier(letter.repeat(times))).toBe(true)
    expect(isIdentifier(letter.repeat(times + 1))).toBe(false)
  })

  it.each<[unknown, string]>([
    ['', 'is empty'],
    ['a\0', 'holds a NUL character'],
    ['\ud800', 'holds a lone surrogate'],
    ['a\udc00b', 'holds a lone surrogate'],
    ['x'.repeat(513), 'is longer than 512 bytes'],
    ['€'.repeat(171), 'is longer than 512 bytes'],
    [5, 'is not a string'],
    [undefined, 'is not a string'],
    [null, 'is not a string'],
    [['a'], 'is not a string'],
    [new String('a'), 'is not a string'],
  ])('is not %j, and it is said why', (value, because) => {
    expect(isIdentifier(value)).toBe(false)
    expect(() => identifier(value, 'tenant')).toThrow(
      expect.objectContaining({
        code: 'identifier.invalid',
        details: expect.objectContaining({ what: 'tenant', because }),
      }),
    )
    expect(() => identifier(value, 'tenant')).toThrow(because)
  })

  it('that is refused is shown short', () => {
    expect(() => identifier('x'.repeat(100_000), 'tenant')).toThrow(/^.{1,300}$/s)
  })
})
