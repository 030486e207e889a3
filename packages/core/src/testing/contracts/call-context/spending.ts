import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import type { DispatcherUnderTest } from '../dispatcher/bench.js'
import { Bench, otherWork } from './bench.js'

/** What a request may spend, and what it has spent. */
export const spending: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'budget tells what the message says is left, and nothing of what is unbounded',
    run: async (subject) => {
      const bench = new Bench(subject)
      const { call: bounded } = await bench.begin({ id: 'bounded', budget: { tokens: 100 } })
      assert.deepEqual([bounded.budget().tokens, bounded.budget().costUsd], [100, undefined])
      const { call: free } = await bench.begin({ id: 'free' })
      assert.deepEqual([free.budget().tokens, free.budget().costUsd], [undefined, undefined])
    },
  },
  {
    name: 'what is spent is added up and taken from what is left, of which there is never less than nothing',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin({ budget: { tokens: 100, costUsd: 2 } })
      call.spend({ tokens: 30 })
      call.spend({ tokens: 30, costUsd: 0.5 })
      assert.deepEqual([call.budget().tokens, call.budget().costUsd], [40, 1.5])
      call.spend({ tokens: 500 })
      assert.deepEqual([call.budget().tokens, call.budget().costUsd], [0, 1.5])
    },
  },
  {
    name: 'what others spend who are asked is spent too, and is not given back when they are done',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin({ budget: { tokens: 100 } })
      const asked = call.ask(otherWork, 1)
      asked.catch(() => {})
      const other = await bench.next()
      assert.equal(other.call.budget().tokens, 100)
      other.call.spend({ tokens: 30 })
      assert.equal(call.budget().tokens, 70)
      other.answer()
      await bench.outcome(asked)
      assert.equal(call.budget().tokens, 70)
    },
  },
]
