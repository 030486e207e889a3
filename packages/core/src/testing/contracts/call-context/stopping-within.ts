import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import { type DispatcherUnderTest, isSettled, rejectionOf } from '../dispatcher/bench.js'
import { someTurns } from '../turns.js'
import { Bench, otherWork } from './bench.js'

/** What ends a call that an agent makes before the agent that it asked does. */
export const stoppingWithin: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'who cancels a call cancels what it asked, with the same reason',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const controller = new AbortController()
      const { call } = await bench.begin({}, { signal: controller.signal })
      const failed = rejectionOf(call.ask(otherWork, 1))
      failed.catch(() => {})
      const { signal } = (await bench.next()).call
      assert.equal(signal.aborted, false)
      const reason = new RangeError('nobody waits')
      controller.abort(reason)
      await someTurns()
      assert.deepEqual([signal.aborted, signal.reason], [true, reason])
      assert.equal((await bench.outcome(failed)).code, 'call.cancelled')
    },
  },
  {
    name: 'what is asked when nobody waits any more reaches nobody',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const controller = new AbortController()
      const { call } = await bench.begin({}, { signal: controller.signal })
      controller.abort('nobody waits')
      await someTurns()
      assert.equal((await bench.outcome(rejectionOf(call.ask(otherWork, 1)))).code, 'call.cancelled')
      assert.equal(bench.count, 1)
    },
  },
  {
    name: 'ask ends with call.timed_out when the timeout it was given has passed, and the call goes on',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin()
      const failed = rejectionOf(call.ask(otherWork, 1, { timeoutMs: 100 }))
      failed.catch(() => {})
      const { signal } = (await bench.next()).call
      assert.equal(await isSettled(failed), false)
      await subject.advance(150)
      assert.equal((await bench.outcome(failed)).code, 'call.timed_out')
      assert.deepEqual([signal.aborted, call.signal.aborted], [true, false])
    },
  },
  {
    name: 'ask ends with call.cancelled when the signal it was given aborts, and the call goes on',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin()
      const controller = new AbortController()
      const failed = rejectionOf(call.ask(otherWork, 1, { signal: controller.signal }))
      failed.catch(() => {})
      const { signal } = (await bench.next()).call
      controller.abort('changed its mind')
      const { code, cause } = await bench.outcome(failed)
      assert.deepEqual([code, cause], ['call.cancelled', 'changed its mind'])
      assert.deepEqual([signal.aborted, call.signal.aborted], [true, false])
    },
  },
]
