import {
  ConstantBackoff,
  handleAll,
  noop,
  retry as cockatielRetry,
  timeout as cockatielTimeout,
  TimeoutStrategy,
} from 'cockatiel'
import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  deadline,
  hedge,
  policy,
  rateLimit,
  retry,
  timeout,
} from '../../packages/core/src/index.js'
import type { Layer } from '../../packages/core/src/dispatch/resilience/index.js'
import type { Policy } from '../../packages/core/src/ports/index.js'
import type { Examination, Subject } from '../../packages/core/src/testing/contract.js'
import { type PolicyUnderTest, policyContract } from '../../packages/core/src/testing/contracts/policy-contract.js'
import { someTurns } from '../../packages/core/src/testing/contracts/turns.js'
import { flawedPolicies } from '../../packages/core/src/testing/doubles/flawed-small-ports.js'
import { ManualClock } from '../../packages/core/src/testing/doubles/manual-clock.js'
import { SeededRandom } from '../../packages/core/src/testing/doubles/seeded-random.js'
import { examine, runContract } from '../../packages/core/src/testing/run-contract.js'

const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })
type Parts = readonly Layer[]

const ours =
  (...parts: Parts) =>
  async (): Promise<Subject<PolicyUnderTest>> => {
    const clock = new ManualClock()
    const live = policy(...parts).start({ name: 'work', clock, random: new SeededRandom() })
    const advance = async (ms: number) => {
      clock.advance(ms)
      await someTurns()
    }
    return { port: { policy: live, passing }, advance }
  }

describe.each([
  ['no layers', []],
  ['a retry', [retry({ baseMs: 20 })]],
  ['a circuit breaker', [circuitBreaker()]],
  ['slots and a rate', [bulkhead({ limit: 20, queue: 5 }), rateLimit({ requests: { limit: 100, perMs: 1_000 } })]],
  [
    'everything',
    [
      deadline({ ms: 60_000 }),
      retry({ baseMs: 20 }),
      hedge({ idempotent: true, afterMs: 5_000 }),
      bulkhead({ limit: 20 }),
      rateLimit({ requests: { limit: 100, perMs: 1_000 } }),
      circuitBreaker(),
      timeout({ ms: 10_000 }),
    ],
  ],
] as readonly (readonly [string, Parts])[])('our policy of %s', (_, parts) => {
  runContract(policyContract, { test, open: ours(...parts) })
})

const ownSignal = 'each try is given a signal of its own, which has not aborted'
const counted = 'tries are counted from 1, where they are counted'
const notBegun = 'work whose signal aborted before is not begun'
const notWaiting = 'when the signal aborts, it rejects without waiting for the work'
const betweenTries = 'when the signal aborts between two tries, no further try begins'

/** Those of cockatiel are policies as they are; what each does not promise is skipped, by name. */
const cockatiel: Readonly<Record<string, { policy: Policy; skip: Examination<PolicyUnderTest>['skip'] }>> = {
  retry: {
    policy: cockatielRetry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(20) }) as unknown as Policy,
    skip: {
      [ownSignal]: 'all tries of an execution have one signal, and all executions without a signal share one',
      [counted]: 'it counts from 0',
      [notBegun]: 'it looks at the signal after the first try only',
      [notWaiting]: 'it leaves it to the work to end',
      [betweenTries]: 'an abort during the wait is noticed after the next try',
    },
  },
  timeout: {
    policy: cockatielTimeout(5_000, TimeoutStrategy.Aggressive) as unknown as Policy,
    skip: { [notBegun]: 'it begins the work, and then rejects' },
  },
  noop: {
    policy: noop as unknown as Policy,
    skip: {
      [ownSignal]: 'it passes on the signal it is given, or one for all',
      [notBegun]: 'it does nothing but begin the work',
      [notWaiting]: 'it does nothing but begin the work',
    },
  },
}

describe.each(Object.entries(cockatiel))("cockatiel's %s", (_, { policy: foreign, skip }) => {
  const advance = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const open = async () => ({ port: { policy: foreign, passing }, advance })
  runContract(policyContract, { test, skip, open })

  test('keeps none of the promises that are skipped', async () => {
    const results = await examine(policyContract, { open })
    const broken = results.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name)
    expect(broken.toSorted()).toEqual(Object.keys(skip ?? {}).toSorted())
  })
})

describe('policies with one flaw', () => {
  test.each(flawedPolicies)('$name', async (double) => {
    const results = await examine(policyContract, double)
    const broken = results.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name)
    expect(broken.toSorted()).toEqual(double.breaks.toSorted())
  })

  test('each case is broken by one of them', () => {
    const found = new Set(flawedPolicies.flatMap(({ breaks }) => breaks))
    expect(policyContract.cases.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
  })
})
