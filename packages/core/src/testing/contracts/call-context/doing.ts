import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import type { DispatcherUnderTest } from '../dispatcher/bench.js'
import { hostileFields } from '../hostile-fields.js'
import { Bench } from './bench.js'

const levels = ['debug', 'info', 'warn', 'error'] as const

/** What an agent tells of its work, which harms nothing whatever it is. */
export const doing: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'progress neither throws nor returns anything to wait for, whatever it is given',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      const values = [undefined, null, 'half', 0.5, 1n, Symbol('a'), () => {}, Promise.resolve()]
      for (const value of values) assert.equal(call.progress(value) as unknown, undefined)
      for (const [what, value] of hostileFields()) assert.doesNotThrow(() => call.progress(value), what)
    },
  },
  {
    name: 'progress does not throw when nobody waits any more',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin({}, { timeoutMs: 100 })
      await subject.advance(150)
      assert.doesNotThrow(() => call.progress({ done: 1 }))
    },
  },
  {
    name: 'log has the levels of a logger, and none throws or returns anything to wait for',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      for (const level of levels) {
        for (const text of [undefined, '', 'a line', 'half a pair \ud800']) {
          assert.equal(call.log[level]({ a: 1 }, text) as unknown, undefined)
        }
      }
    },
  },
  {
    name: 'log does not throw, whatever the fields hold',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      for (const [what, fields] of hostileFields()) {
        for (const level of levels) assert.doesNotThrow(() => call.log[level](fields, 'a line'), what)
      }
    },
  },
  {
    name: 'log leaves the fields as they are',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      const make = () => ({ agent: 'another', when: new Date(0), list: [{ a: 1 }] })
      const fields = make()
      for (const level of levels) call.log[level](fields, 'a line')
      assert.deepEqual(fields, make())
    },
  },
]
