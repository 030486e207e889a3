import assert from 'node:assert/strict'
import type { Logger } from '../../ports/index.js'
import type { Contract } from '../contract.js'
import { hostileFields } from './hostile-fields.js'

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
