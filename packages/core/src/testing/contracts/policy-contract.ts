import assert from 'node:assert/strict'
import type { Policy, PolicyAttempt } from '../../ports/index.js'
import type { Contract, ContractCase, Subject } from '../contract.js'
import { someTurns } from './turns.js'

/** A policy that lets work succeed, and passes on what it fails by in the end. */
export interface PolicyUnderTest {
  readonly policy: Policy
  /** Makes a failure after which the policy tries again, if it ever does. */
  readonly passing: () => unknown
}

type Case = ContractCase<PolicyUnderTest>
type Under = Subject<PolicyUnderTest>

const doing: readonly Case[] = [
  {
    name: 'the work is done once where it succeeds, and what it resolved with is resolved with, when it is there',
    run: async (subject) => {
      const work = heldWork()
      const executed = watched(subject.port.policy.execute(work.run))
      await begun(subject, work)
      assert.equal(executed.isOver(), false)
      const result = { done: 1 }
      work.tries[0]?.resolve(result)
      assert.equal(await ended(subject, executed), result)
      await passTime(subject)
      assert.equal(work.tries.length, 1)
    },
  },
  {
    name: 'it rejects with what the last try failed by',
    run: async (subject) => {
      const { policy, passing } = subject.port
      const thrown: unknown[] = []
      const executed = watched(
        policy.execute(async () => {
          thrown.push(passing())
          throw thrown.at(-1)
        }),
      )
      await fails(subject, executed, (error) => error === thrown.at(-1))
    },
  },
  {
    name: 'each try is given a signal of its own, which has not aborted',
    run: async (subject) => {
      const { policy, passing } = subject.port
      const attempts: PolicyAttempt[] = []
      const aborted: boolean[] = []
      const work = async (attempt: PolicyAttempt) => {
        attempts.push(attempt)
        aborted.push(attempt.signal.aborted)
        throw passing()
      }
      for (const executed of [watched(policy.execute(work)), watched(policy.execute(work))]) {
        await fails(subject, executed)
      }
      assert.equal(new Set(attempts.map(({ signal }) => signal)).size, attempts.length)
      assert.equal(aborted.includes(true), false)
    },
  },
  {
    name: 'tries are counted from 1, where they are counted',
    run: async (subject) => {
      const { policy, passing } = subject.port
      const counts: (number | undefined)[] = []
      const executed = watched(
        policy.execute(async ({ attempt }) => {
          counts.push(attempt)
          throw passing()
        }),
      )
      await fails(subject, executed)
      if (counts[0] === undefined) return
      assert.deepEqual(
        counts,
        counts.map((_, index) => index + 1),
      )
    },
  },
  {
    name: 'executions under way at once do not mix',
    run: async (subject) => {
      const { policy } = subject.port
      const all = Array.from({ length: 20 }, () => {
        const work = heldWork()
        const stop = new AbortController()
        return { work, stop, executed: watched(policy.execute(work.run, stop.signal)) }
      })
      for (const { work } of all) await begun(subject, work)
      all[7]?.stop.abort('only this one')
      for (const [index, { work }] of all.toReversed().entries()) work.tries[0]?.resolve(19 - index)
      const others = all.filter((_, index) => index !== 7)
      const results = await Promise.all(others.map(({ executed }) => ended(subject, executed)))
      const expected = all.map((_, index) => index).filter((index) => index !== 7)
      assert.deepEqual(results, expected)
    },
  },
]

const stopping: readonly Case[] = [
  {
    name: 'work whose signal aborted before is not begun',
    run: async (subject) => {
      const work = heldWork()
      const executed = watched(subject.port.policy.execute(work.run, AbortSignal.abort('too late')))
      await fails(subject, executed)
      assert.equal(work.tries.length, 0)
    },
  },
  {
    name: 'when the signal aborts, that of the try under way aborts with the same reason',
    run: async (subject) => {
      const { work, stop, executed } = await stoppable(subject)
      const reason = new RangeError('enough')
      stop.abort(reason)
      await someTurns()
      const { aborted, reason: told } = (work.tries[0] as HeldTry).signal
      assert.deepEqual([aborted, told === reason], [true, true])
      work.tries[0]?.reject(reason)
      await fails(subject, executed)
    },
  },
  {
    name: 'when the signal aborts, it rejects without waiting for the work',
    run: async (subject) => {
      const { stop, executed } = await stoppable(subject)
      stop.abort('enough')
      await fails(subject, executed)
    },
  },
  {
    name: 'when the signal aborts during a try, no further try begins',
    run: async (subject) => {
      const { work, stop, executed } = await stoppable(subject)
      stop.abort('enough')
      work.tries[0]?.reject(subject.port.passing())
      await passTime(subject)
      assert.equal(work.tries.length, 1)
      work.tries[0]?.reject('enough')
      await fails(subject, executed)
    },
  },
  {
    name: 'when the signal aborts between two tries, no further try begins',
    run: async (subject) => {
      const { work, stop, executed } = await stoppable(subject)
      work.tries[0]?.reject(subject.port.passing())
      await someTurns()
      const before = work.tries.length
      stop.abort('enough')
      await passTime(subject)
      assert.equal(work.tries.length, before)
      for (const one of work.tries) one.reject('enough')
      await fails(subject, executed)
    },
  },
]

/** What a policy promises that stands around work: one case for each promise of the port's prose. */
export const policyContract: Contract<PolicyUnderTest> = { port: 'Policy', cases: [...doing, ...stopping] }

interface HeldTry {
  readonly signal: AbortSignal
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** Work whose tries end when the case says so. */
function heldWork() {
  const tries: HeldTry[] = []
  const run = ({ signal }: PolicyAttempt): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    tries.push({ signal, resolve, reject })
    return promise
  }
  return { tries, run }
}

interface Watched {
  readonly promise: Promise<unknown>
  readonly isOver: () => boolean
}

/** Knows when a promise has settled; one that rejects before it is waited for harms nobody. */
function watched(promise: Promise<unknown>): Watched {
  let over = false
  const end = () => {
    over = true
  }
  void promise.then(end, end)
  return { promise, isOver: () => over }
}

/** What has become of it, soon; waited for no longer than that. */
async function ended({ advance }: Under, { promise, isOver }: Watched): Promise<unknown> {
  await someTurns()
  for (let step = 0; step < 100 && !isOver(); step++) {
    await advance(10)
    await someTurns()
  }
  assert(isOver(), 'it has not ended')
  return promise
}

/** It rejects, soon. */
async function fails(subject: Under, executed: Watched, test: (error: unknown) => boolean = () => true): Promise<void> {
  const error = await ended(subject, {
    ...executed,
    promise: executed.promise.then(
      () => assert.fail('it has not failed'),
      (failure: unknown) => failure,
    ),
  })
  assert(test(error), 'it failed by something else')
}

/** Long enough for whatever would be tried again. */
async function passTime({ advance }: Under): Promise<void> {
  for (let step = 0; step < 10; step++) {
    await someTurns()
    await advance(20)
  }
}

async function begun({ advance }: Under, { tries }: { readonly tries: readonly HeldTry[] }): Promise<void> {
  await someTurns()
  for (let step = 0; step < 100 && tries.length === 0; step++) await advance(1)
  assert(tries.length > 0, 'the work has not begun')
}

/** Work that has begun, and whoever may stop it. */
async function stoppable(subject: Under) {
  const work = heldWork()
  const stop = new AbortController()
  const executed = watched(subject.port.policy.execute(work.run, stop.signal))
  await begun(subject, work)
  return { work, stop, executed }
}
