import assert from 'node:assert/strict'
import type { Logger } from '../../ports/index.js'
import type { Contract } from '../contract.js'

const methods = ['debug', 'info', 'warn', 'error'] as const

/** What a Logger promises: one case for each promise of the port's prose. Where lines go is the logger's own affair. */
export const loggerContract: Contract<Logger> = {
  port: 'Logger',
  cases: [
    {
      name: 'no method throws, whatever the fields hold',
      run: async ({ port }) => {
        for (const [what, fields] of hostileFields()) {
          for (const method of methods) assert.doesNotThrow(() => port[method](fields, 'a message'), what)
        }
      },
    },
    {
      name: 'any text is a message, and so is none',
      run: async ({ port }) => {
        const texts = [
          undefined,
          '',
          '%s %d %o %',
          'two\nlines',
          'a NUL \0',
          'half a pair \ud800',
          'x'.repeat(1_000_000),
        ]
        for (const text of texts) {
          for (const method of methods)
            assert.doesNotThrow(() => port[method]({ a: 1 }, text), String(text).slice(0, 20))
        }
      },
    },
    {
      name: 'no method returns anything to wait for',
      run: async ({ port }) => {
        for (const method of methods) assert.equal(port[method]({ a: 1 }, 'a message') as unknown, undefined)
      },
    },
    {
      name: 'the fields are left as they are',
      run: async ({ port }) => {
        const make = () => ({ password: 'hunter22', when: new Date(0), list: [{ token: 'abc' }], failure: failureOf() })
        const fields = make()
        for (const method of methods) port[method](fields, 'a message')
        assert.deepEqual(fields, make())
        const frozen = Object.freeze({ inner: Object.freeze({ a: 1 }) })
        for (const method of methods) assert.doesNotThrow(() => port[method](frozen, 'a message'))
      },
    },
    {
      name: 'the fields are not read after the method has returned',
      run: async ({ port, advance }) => {
        let reads = 0
        const inner = watched({ a: 1 }, () => reads++)
        const fields = watched({ inner }, () => reads++)
        for (const method of methods) port[method](fields, 'a message')
        const before = reads
        port.error({}, 'another line')
        await advance(50)
        assert.equal(reads, before)
      },
    },
  ],
}

function failureOf(): Error {
  const failure = new RangeError('too far', { cause: 'a cause' })
  failure.stack = ''
  return failure
}

/** An object that tells whenever it is read. */
function watched<T extends object>(target: T, onRead: () => void): T {
  return new Proxy(target, {
    get: (own, name) => {
      onRead()
      return Reflect.get(own, name)
    },
    ownKeys: (own) => {
      onRead()
      return Reflect.ownKeys(own)
    },
  })
}

function hostileFields(): readonly (readonly [string, object])[] {
  const thrown = new TypeError('a getter that throws')
  const fails = (): never => {
    throw thrown
  }
  const cycle: Record<string, unknown> = { list: [] }
  cycle.self = cycle
  cycle.list = [cycle]
  const failure = new RangeError('a failure')
  failure.cause = failure
  let deep: object = {}
  for (let level = 0; level < 100_000; level++) deep = { deep }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  return [
    ['a getter that throws', Object.defineProperty({ a: 1 }, 'broken', { get: fails, enumerable: true })],
    ['a getter that throws, within', { a: Object.defineProperty({}, 'b', { get: fails, enumerable: true }) }],
    ['a toJSON that throws', { a: { toJSON: fails }, toJSON: fails }],
    ['a cycle', cycle],
    ['a failure that is its own cause', { failure }],
    ['a bigint', { a: 1n }],
    ['symbols', { a: Symbol('a'), [Symbol('b')]: 1 }],
    ['functions', { a: fails }],
    ['undefined and what is no number', { a: undefined, b: Number.NaN, c: Number.NEGATIVE_INFINITY }],
    ['dates', { a: new Date(0), b: new Date(Number.NaN) }],
    ['maps, sets, bytes', { a: new Map([[{}, 1]]), b: new Set([1n]), c: new Uint8Array(8), d: new ArrayBuffer(8) }],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    [
      'names of members that every object has',
      JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":2}') as object,
    ],
    ['a proxy that throws', new Proxy({}, { get: fails, ownKeys: fails, getPrototypeOf: fails, has: fails })],
    ['a proxy that was revoked, within', { a: revoked.proxy }],
    ['a hundred thousand levels', deep],
    ['a list', [1, 2]],
    ['a failure', new RangeError('a failure')],
  ]
}
