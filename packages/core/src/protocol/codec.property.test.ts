import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from './codec.js'
import { Failure, isFailure } from './failure.js'

const runs = { numRuns: 2_000 }

/** Any text: well-formed ones, and units in any order, lone surrogates and NUL among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('\0', '\ud800', 'a\udc00b', '', '~'),
)

const key = fc.oneof(
  text,
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'toJSON',
    '0',
    '-1',
    '~1',
    '~2',
    '~date',
    '~data',
    '~',
  ),
)

const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom<unknown>(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 1100n), max: 2n ** 1100n }),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint16Array(),
)

function objectOf(members: readonly (readonly [string, unknown])[], prototype: object | null): object {
  const object = Object.create(prototype)
  for (const [name, value] of members) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return object
}

const supported = fc.letrec((tie) => {
  const members = fc.array(fc.tuple(key, tie('value')), { maxLength: 5 })
  const items = fc.array(tie('value'), { maxLength: 5 })
  return {
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      leaf,
      members.map((list) => objectOf(list, Object.prototype)),
      members.map((list) => objectOf(list, null)),
      items,
      fc.array(fc.tuple(fc.nat(20), tie('value')), { maxLength: 4 }).map((entries) => {
        const sparse: unknown[] = []
        for (const [index, item] of entries) sparse[index] = item
        return sparse
      }),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
      items.map((list) => new Set(list)),
      tie('value').map((shared) => [shared, { shared }]),
    ),
  }
}).value

/** What an error is to whoever catches it, so that two of different classes can be compared. */
function portrait(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause, errors } = error as Error & { errors?: unknown[] }
  const described = { name, message, stack, cause: portrait(cause), failure: isFailure(error) }
  return {
    ...described,
    errors: errors?.map(portrait),
    members: Object.entries(error).filter(([key]) => key !== 'name'),
  }
}

const memberName = fc.constantFrom('code', 'status', 'errno', '~date', 'detail')
const error = fc.letrec<{ error: Error }>((tie) => {
  const cause = fc.option(fc.oneof(tie('error'), leaf), { nil: undefined })
  return {
    error: fc.oneof(
      { maxDepth: 4 },
      fc
        .tuple(fc.constantFrom(Error, TypeError, RangeError), text, fc.dictionary(memberName, leaf), cause)
        .map(([Kind, message, members, origin]) => Object.assign(new Kind(message, { cause: origin }), members)),
      fc
        .tuple(fc.array(tie('error'), { maxLength: 2 }), text)
        .map(([errors, message]) => new AggregateError(errors, message)),
      fc
        .record({ code: text, message: text, remedy: text, retryable: fc.boolean(), details: supported, cause })
        .map((init) => new Failure(init)),
    ),
  }
}).error

describe('encode and decode', () => {
  it('bring every value of supported kinds back, in text that survives UTF-8', () => {
    fc.assert(
      fc.property(supported, (value) => {
        const encoded = encode(value)
        assert.ok(encoded.isWellFormed())
        const back = decode(Buffer.from(encoded).toString())
        assert.deepStrictEqual(back, value)
        assert.equal(encode(back), encoded)
      }),
      runs,
    )
  })

  it('bring errors and failures back with their causes', () => {
    fc.assert(
      fc.property(error, (value) => {
        const encoded = encode([value])
        const [back] = decode(encoded) as unknown[]
        assert.deepStrictEqual(portrait(back), portrait(value))
        assert.equal(encode([back]), encoded)
      }),
      runs,
    )
  })

  it('refuse with a failure, or carry through, whatever there is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    })
    const stranger = fc.oneof(anything, fc.func(anything), fc.constantFrom<unknown>(Symbol('s'), /x/, new WeakMap()))
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, stranger)), (value) => {
        let encoded: string
        try {
          encoded = encode(value)
        } catch (caught) {
          assert.ok(isFailure(caught, 'codec.unsupported_value'))
          return
        }
        assert.equal(encode(decode(encoded)), encoded)
      }),
      runs,
    )
  })

  it('leave values of plain data as the JSON that they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.stringify(value)
        fc.pre(!/^\{"~\d+":/.test(plain) && !/-0\b/.test(plain) && !hasMinusZero(value))
        expect(encode(value)).toBe(plain)
      }),
      runs,
    )
  })
})

function hasMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0)
  return Object.values(value).some(hasMinusZero)
}
