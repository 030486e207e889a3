import assert from 'node:assert/strict'
import { isFailure } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { type DispatcherUnderTest, timeOf } from '../dispatcher/bench.js'
import { someTurns } from '../turns.js'
import { Bench } from './bench.js'

/** How an agent learns that nobody waits any more, and when that will be. */
export const ending: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'the signal is not aborted while somebody waits',
    run: async (subject) => {
      const controller = new AbortController()
      const { call } = await new Bench(subject).begin({}, { signal: controller.signal, timeoutMs: 60_000 })
      assert(call.signal instanceof AbortSignal)
      await subject.advance(20)
      assert.equal(call.signal.aborted, false)
    },
  },
  {
    name: "the signal aborts when the caller's does, with its reason",
    run: async (subject) => {
      const controller = new AbortController()
      const bench = new Bench(subject)
      const { call } = await bench.begin({}, { signal: controller.signal })
      const { call: another } = await bench.begin({ id: 'another' })
      const heard: unknown[] = []
      call.signal.addEventListener('abort', () => heard.push(call.signal.reason))
      const reason = new RangeError('nobody waits')
      controller.abort(reason)
      await someTurns()
      assert.deepEqual([call.signal.aborted, call.signal.reason, heard], [true, reason, [reason]])
      assert.equal(another.signal.aborted, false)
    },
  },
  {
    name: 'the signal aborts when the time is up, its reason being the failure',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin({}, { timeoutMs: 100 })
      const { signal } = call
      await subject.advance(150)
      assert.equal(signal.aborted, true)
      assert(isFailure(signal.reason))
      assert.equal(signal.reason.code, 'call.timed_out')
    },
  },
  {
    name: 'a signal that is first read when nobody waits any more has aborted, with the reason',
    run: async (subject) => {
      const controller = new AbortController()
      const { call } = await new Bench(subject).begin({}, { signal: controller.signal })
      controller.abort('nobody waits')
      await someTurns()
      const { signal } = call
      assert.deepEqual([signal.aborted, signal.reason, call.signal], [true, 'nobody waits', signal])
    },
  },
  {
    name: 'remainingMs counts down to 0, and stays there',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin({}, { timeoutMs: 200 })
      const atFirst = call.remainingMs()
      assert(atFirst > 0 && atFirst <= 200, `${atFirst} ms are not within 200 ms`)
      await subject.advance(50)
      const later = call.remainingMs()
      // Timers of a platform may be a moment early.
      assert(later >= 0 && later <= atFirst - 45, `${later} ms are left after 50 of ${atFirst}`)
      await subject.advance(250)
      assert.equal(call.remainingMs(), 0)
      await subject.advance(50)
      assert.equal(call.remainingMs(), 0)
    },
  },
  {
    name: 'remainingMs is the time until the deadline, whoever set it',
    run: async (subject) => {
      const bench = new Bench(subject)
      const deadline = (await timeOf(subject.port)) + 40_000
      for (const [id, timeoutMs, leftMs] of [
        ['of the message', 60_000, 40_000],
        ['of the caller', 20_000, 20_000],
      ] as const) {
        const { call } = await bench.begin({ id, deadline }, { timeoutMs })
        const left = call.remainingMs()
        assert(left <= leftMs && left > leftMs - 10_000, `${id}: ${left} ms are left of ${leftMs}`)
      }
    },
  },
  {
    name: 'remainingMs is Infinity when there is no deadline',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin({}, { timeoutMs: Number.POSITIVE_INFINITY })
      await subject.advance(10)
      assert.equal(call.remainingMs(), Number.POSITIVE_INFINITY)
    },
  },
]
