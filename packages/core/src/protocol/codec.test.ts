import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { decode, encode } from './codec.js'
import { type Failure, isFailure } from './failure.js'
import { lowestFirst } from './typed-bytes.js'

function roundTrip<Value>(value: Value): Value {
  return decode(encode(value)) as Value
}

/** An array with holes where nothing is given. */
function sparse(length: number, items: Record<number, unknown>): unknown[] {
  return Object.assign([], items, { length })
}

function refusal(act: () => unknown): Failure<Record<string, unknown>> {
  try {
    act()
  } catch (caught) {
    if (isFailure(caught)) return caught as Failure<Record<string, unknown>>
    throw caught
  }
  return assert.fail('nothing was refused')
}

function nested(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { inner: value }
  return value
}

describe('plain data', () => {
  it('is encoded as its plain JSON', () => {
    const value = { text: 'a', list: [1, null, { deep: true }], '~date': 'two keys are no tag' }
    expect(encode(value)).toBe(JSON.stringify(value))
  })

  it('is read as JSON, whoever wrote it', () => {
    expect(decode(' { "a" : [ 1 ] } ')).toStrictEqual({ a: [1] })
  })

  it('keeps lone surrogates and NUL, in a text that survives UTF-8', () => {
    const value = { '\ud800': 'a\0b\udfff', date: new Date(0) }
    const text = encode(value)
    expect(text.isWellFormed()).toBe(true)
    expect(text).not.toContain('\0')
    expect(decode(Buffer.from(text).toString())).toStrictEqual(value)
  })

  it('keeps a member named __proto__ as its own, with tags beside it and without', () => {
    for (const beside of [1, 1n]) {
      const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}')
      value.beside = beside
      const back = roundTrip(value)
      assert.deepStrictEqual(back, value)
      expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
      expect(back.polluted).toBeUndefined()
    }
    const tagged = decode('{"~1":{"__proto__":{"~date":null},"a":1}}') as object
    expect(Object.keys(tagged)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(tagged)).toBe(Object.prototype)
  })

  it('may hold one object in several places', () => {
    const shared = { owner: new Set([1]) }
    expect(roundTrip([shared, { shared }])).toStrictEqual([shared, { shared }])
  })

  it('of another realm comes back as data of this one', () => {
    const foreign = runInNewContext(
      '({ list: [1, , 3], map: new Map([[{ a: 1n }, new Date(5)]]), set: new Set([NaN]) })',
    )
    const back = roundTrip(foreign)
    assert.deepStrictEqual(back, {
      list: sparse(3, { 0: 1, 2: 3 }),
      map: new Map([[{ a: 1n }, new Date(5)]]),
      set: new Set([Number.NaN]),
    })
    expect(encode(runInNewContext('({ list: [1], inner: {} })'))).toContain('{"list":[1],"inner":{}}')
  })
})

describe('what JSON has no word for', () => {
  const cases: Record<string, unknown> = {
    undefined: undefined,
    'undefined in an array and as a member': { list: [undefined, 1], member: undefined },
    NaN: Number.NaN,
    'the infinities and -0': [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
    'a date': new Date('2026-02-03T04:05:06.789Z'),
    'dates far off': [new Date(-8.64e15), new Date(8.64e15)],
    'an invalid date': new Date(Number.NaN),
    BigInts: [0n, -12345678901234567890n, 2n ** 4000n, -(3n ** 4000n)],
    'a map with keys of any kind': new Map<unknown, unknown>([
      [{ id: 1 }, 'object'],
      [Number.NaN, 'NaN'],
      [undefined, new Map([['inner', new Set()]])],
    ]),
    'a set': new Set(['a', 1, null, new Set([1n])]),
    bytes: Uint8Array.of(0, 127, 255),
    'an ArrayBuffer': Uint8Array.of(1, 2, 3).buffer,
    'typed arrays': [
      Float32Array.of(1.5, Number.NaN, -0),
      BigInt64Array.of(-1n),
      Uint16Array.of(1, 65535),
      new Int8Array(),
    ],
    'a sparse array': sparse(5, { 1: 1n, 3: undefined }),
    'an array of nothing but holes': sparse(4, {}),
    'an object without prototype': Object.assign(Object.create(null), { a: 1, b: Object.create(null) }),
    'data that looks like a tag': { '~date': 'x' },
    'data that looks like an escaped tag': { '~data': { '~date': null }, or: { '~data': { '~bare': {} } } },
    'data that looks like an envelope': { '~1': { '~date': null } },
    'data that looks like an envelope of a later version': { '~2': 1 },
  }
  for (const [name, value] of Object.entries(cases)) {
    it(`round-trips: ${name}`, () => assert.deepStrictEqual(roundTrip(value), value))
  }

  it('gives a Buffer back as a Uint8Array with bytes of its own', () => {
    const back = roundTrip<Uint8Array>(Buffer.from('héllo'))
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
    expect(back.buffer.byteLength).toBe(6)
    expect(Buffer.from(back).toString()).toBe('héllo')
  })

  it('takes a view for the part that it shows', () => {
    const view = new Uint16Array(Uint8Array.of(9, 9, 1, 0, 2, 0, 9, 9).buffer, 2, 2)
    expect(roundTrip(view)).toStrictEqual(Uint16Array.of(1, 2))
  })

  it('writes the elements of typed arrays with their lowest byte first on every machine', () => {
    expect(encode(Uint16Array.of(1))).toBe('{"~1":{"~typed":["Uint16Array","AQA="]}}')
    expect([...lowestFirst(Uint8Array.of(0, 1, 0, 2), 2, true)]).toEqual([1, 0, 2, 0])
  })
})

describe('what cannot be carried', () => {
  class Account {
    balance = 1
  }
  const cases: [what: string, value: unknown, path: string, says: RegExp][] = [
    ['a function', { lines: [0, 1, 2, { owner: () => 1 }] }, 'lines[3].owner', /leave it out/],
    ['a symbol', [Symbol('s')], '[0]', /Give a string/],
    ['a class instance', { account: new Account() }, 'account', /class Account.*plain object/],
    ['a WeakMap', { 'odd name': new WeakMap() }, '["odd name"]', /class WeakMap/],
    ['a promise', new Map([['a', Promise.resolve()]]), '[0].value', /await it first/],
    ['a regular expression', { set: new Set([/x/]) }, 'set[0]', /class RegExp/],
    ['a subclass of Map', new (class Registry extends Map {})(), '(root)', /class Registry/],
    ['a subclass of Array', new (class List extends Array {})(), '(root)', /./],
    [
      'what only says that it is a Map',
      { [Symbol.toStringTag]: 'Map', constructor: Map, __proto__: Map.prototype },
      '(root)',
      /Map/,
    ],
    ['a DataView', new DataView(new ArrayBuffer(1)), '(root)', /Uint8Array/],
    [
      'an array with members besides its elements',
      { found: 'ab'.match(/a/) },
      'found.groups',
      /beside its other members/,
    ],
    ['an object with a prototype of its own', Object.create({ admin: true }), '(root)', /plain object/],
  ]
  for (const [what, value, path, says] of cases) {
    it(`is refused with its path: ${what}`, () => {
      const failure = refusal(() => encode(value))
      expect(failure.code).toBe('codec.unsupported_value')
      expect(failure.details.path).toBe(path)
      expect(failure.message).toMatch(says)
    })
  }

  it('is a cycle, of objects and of maps', () => {
    const order: Record<string, unknown> = { lines: [{}, {}] }
    order.lines = [{}, { order }]
    expect(refusal(() => encode(order)).details).toEqual({ path: 'lines[1].order', holds: '(root)' })
    const map = new Map<string, unknown>()
    map.set('self', { map })
    expect(refusal(() => encode({ map })).details).toEqual({ path: 'map[0].value.map', holds: 'map' })
  })

  it('is a value nested without bound, which does not exhaust the stack', () => {
    expect(refusal(() => encode(nested(100_000)))).toMatchObject({ code: 'codec.too_deep', details: { limit: 512 } })
    expect(refusal(() => encode(nested(513))).code).toBe('codec.too_deep')
    assert.deepStrictEqual(roundTrip(nested(512)), nested(512))
    let map: unknown = 1n
    for (let level = 0; level < 512; level++) map = new Map([['inner', map]])
    expect(encode(roundTrip(map))).toBe(encode(map))
  })

  it('is what throws when it is read', () => {
    const value = {
      lines: [
        {
          get total() {
            throw new TypeError('not yet')
          },
        },
      ],
    }
    const failure = refusal(() => encode(value))
    expect(failure).toMatchObject({ code: 'codec.unreadable', details: { path: 'lines[0].total' } })
    expect(failure.cause).toBeInstanceOf(TypeError)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(refusal(() => encode([proxy])).code).toBe('codec.unreadable')
  })
})

describe('decode', () => {
  it('refuses a version that it does not know', () => {
    const failure = refusal(() => decode('{"~2":{"~date":null}}'))
    expect(failure).toMatchObject({ code: 'codec.unknown_version', details: { received: '2', known: '1' } })
  })

  it('refuses what is not JSON, and what is no text', () => {
    expect(refusal(() => decode('{"a":')).code).toBe('codec.malformed')
    expect(refusal(() => decode(undefined as unknown as string)).code).toBe('codec.malformed')
  })

  it('refuses tags that do not hold what they say', () => {
    const contents = {
      undefined: 1,
      number: '5',
      bigint: '0x',
      date: '2026',
      data: [],
      bare: 1,
      set: {},
      map: [[1]],
      bytes: 'é',
      buffer: 7,
      typed: ['Uint16Array', 'AQ=='],
      sparse: [2, [[2, 'x']]],
      error: { name: 'E' },
      failure: { code: 'a.b' },
      later: 1,
    }
    for (const [tag, content] of Object.entries(contents)) {
      const failure = refusal(() => decode(JSON.stringify({ '~1': { in: [{ [`~${tag}`]: content }], b: 1 } })))
      expect(failure.code).toBe('codec.malformed')
      expect(failure.details.path).toContain('["~1"].in[0]')
    }
    expect(refusal(() => decode(JSON.stringify({ '~1': { '~typed': ['constructor', ''] } }))).code).toBe(
      'codec.malformed',
    )
  })

  it('refuses tags nested without bound, which does not exhaust the stack', () => {
    const text = `{"~1":${'{"~set":['.repeat(100_000)}${']}'.repeat(100_000)}}`
    expect(refusal(() => decode(text)).code).toBe('codec.malformed')
  })

  it('measures a text before it builds anything from it, if limits are given', () => {
    expect(refusal(() => decode('[[[[1]]]]', { maxDepth: 3 })).code).toBe('wire.too_deep')
    expect(refusal(() => decode('{"a":1,"b":{"c":1}}', { maxKeys: 2 })).code).toBe('wire.too_many_keys')
    expect(refusal(() => decode('"éé"', { maxBytes: 5 })).details).toEqual({ limit: 5, received: 6 })
    expect(decode('"éé"', { maxBytes: 6 })).toBe('éé')
    expect(decode('{"a:[{":"\\"[[[[:","b":"\\\\"}', { maxDepth: 1, maxKeys: 2 })).toEqual({ 'a:[{': '"[[[[:', b: '\\' })
  })

  it('lets a text that is not trusted ask for no longer an array than it may have keys', () => {
    const text = '{"~1":{"~sparse":[4294967295,[]]}}'
    expect(refusal(() => decode(text, {})).code).toBe('codec.malformed')
    expect(decode(text)).toHaveLength(4294967295)
  })
})
