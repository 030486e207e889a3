import assert from 'node:assert/strict'
import { type CallContext, reply } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { requestFor } from '../call-for.js'
import { someTurns } from '../turns.js'
import {
  counting,
  type DispatcherUnderTest,
  ended,
  failureOf,
  isSettled,
  join,
  joinSilent,
  timeOf,
  until,
} from './bench.js'

/** What ends a call before its agent does. */
export const stopping: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'a signal stops the call with call.cancelled, its reason being the cause',
    run: async ({ port, advance }) => {
      const signals = joinSilent(port)
      const controller = new AbortController()
      const reason = new RangeError('nobody waits')
      const failed = failureOf(port, requestFor(), { signal: controller.signal })
      await until(advance, () => signals.length === 1)
      controller.abort(reason)
      const { code, cause } = await ended(failed)
      assert.deepEqual([code, cause], ['call.cancelled', reason])
    },
  },
  {
    name: 'a signal that has aborted before lets nobody be asked',
    run: async ({ port }) => {
      const asked = counting(port)
      const { code, cause } = await failureOf(port, requestFor(), { signal: AbortSignal.abort('too late') })
      assert.deepEqual([code, cause, asked()], ['call.cancelled', 'too late', 0])
    },
  },
  {
    name: 'a call ends with call.timed_out when its timeout has passed',
    run: async ({ port, advance }) => {
      joinSilent(port)
      const failed = failureOf(port, requestFor(), { timeoutMs: 100 })
      assert.equal(await isSettled(failed), false)
      await advance(150)
      assert.equal((await ended(failed)).code, 'call.timed_out')
    },
  },
  {
    name: "the message's deadline holds as well, whichever comes first",
    run: async ({ port, advance }) => {
      joinSilent(port)
      const now = await timeOf(port)
      const early = failureOf(port, requestFor({ deadline: now + 200 }), { timeoutMs: 60_000 })
      const late = failureOf(port, requestFor({ deadline: now + 60_000 }), { timeoutMs: 200 })
      assert.equal(await isSettled(early), false)
      await advance(300)
      assert.deepEqual([(await ended(early)).code, (await ended(late)).code], ['call.timed_out', 'call.timed_out'])
    },
  },
  {
    name: 'a deadline that has passed before lets nobody be asked',
    run: async ({ port }) => {
      const now = await timeOf(port)
      const asked = counting(port)
      const { code } = await failureOf(port, requestFor({ deadline: now - 1 }))
      assert.deepEqual([code, asked()], ['call.timed_out', 0])
    },
  },
  {
    name: 'a timeout that is no time fails with dispatch.invalid_timeout, and no agent is asked',
    run: async ({ port }) => {
      const asked = counting(port)
      for (const timeoutMs of [0, -1, Number.NaN, '5' as never]) {
        assert.equal((await failureOf(port, requestFor(), { timeoutMs })).code, 'dispatch.invalid_timeout')
      }
      assert.equal(asked(), 0)
    },
  },
  {
    name: 'the agent is told that nobody waits any more',
    run: async ({ port, advance }) => {
      const signals = joinSilent(port)
      const controller = new AbortController()
      const failed = [
        failureOf(port, requestFor({ id: 'cancelled' }), { signal: controller.signal }),
        failureOf(port, requestFor({ id: 'late' }), { timeoutMs: 100 }),
      ]
      await until(advance, () => signals.length === 2)
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [false, false],
      )
      controller.abort('nobody waits')
      await advance(150)
      for (const one of failed) await ended(one)
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [true, true],
      )
      assert.equal(signals[0]?.reason, 'nobody waits')
    },
  },
  {
    name: 'a call that is over stays as it ended, whatever its agent does later',
    run: async ({ port, advance }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const calls: CallContext[] = []
      join(port, async (message, call) => {
        calls.push(call)
        if (message.id === 'late') await promise
        return reply(message, 1, call)
      })
      const controller = new AbortController()
      const answered = await port.dispatcher.dispatch(requestFor(), { signal: controller.signal, timeoutMs: 100 })
      const late = failureOf(port, requestFor({ id: 'late' }), { timeoutMs: 100 })
      controller.abort('after the answer')
      await advance(150)
      assert.equal((await ended(late)).code, 'call.timed_out')
      resolve()
      await someTurns()
      assert.equal(answered.payload, 1)
      // Who has been answered was not told to stop.
      assert.equal(calls[0]?.signal.aborted, false)
    },
  },
]
