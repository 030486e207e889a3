import { describe, expect, it } from 'vitest'
import type { Policy } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import { circuitBreaker } from './circuit-breaker/circuit-breaker-layer.js'
import { fallback } from './fallback.js'
import { hedge } from './hedge.js'
import { policy } from './policy.js'
import { rateLimit } from './rate-limit/rate-limit-layer.js'
import { retry } from './retry/retry.js'
import { deadline, timeout } from './timeout.js'

const host = () => ({ name: 'p', clock: new ManualClock(), random: new SeededRandom() })
const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })

describe('policy', () => {
  it('takes any layers in the order in which they work', () => {
    const all = policy(
      fallback(() => 1),
      deadline({ ms: 1 }),
      retry(),
      hedge({ idempotent: true, afterMs: 1 }),
      bulkhead({ limit: 1 }),
      rateLimit({ requests: { limit: 1, perMs: 1 } }),
      circuitBreaker(),
      timeout({ ms: 1 }),
    )
    expect(all.layers.map(({ kind }) => kind)).toEqual([
      'fallback',
      'deadline',
      'retry',
      'hedge',
      'bulkhead',
      'rateLimit',
      'circuitBreaker',
      'timeout',
    ])
    expect(policy().layers).toEqual([])
  })

  it.each([
    ['timeout around retry', () => policy(timeout({ ms: 1 }), retry()), 'timeout around retry'],
    [
      'breaker around bulkhead',
      () => policy(circuitBreaker(), bulkhead({ limit: 1 })),
      'circuitBreaker around bulkhead',
    ],
    ['two retries', () => policy(retry(), retry()), 'retry around retry'],
    [
      'a foreign policy around a layer',
      () => policy({ execute: () => Promise.reject() }, retry()),
      'policy around retry',
    ],
  ])('refuses %s, and names the order that works', (_, make, given) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'policy.wrong_order',
        message: expect.stringContaining(`A policy cannot be ${given}.`),
        remedy: expect.stringContaining(
          'fallback, deadline, retry, hedge, bulkhead, rateLimit, circuitBreaker, timeout',
        ),
      }),
    )
  })

  const nonsense: readonly [string, () => unknown, string][] = [
    ['retry attempts 0', () => retry({ attempts: 0 }), 'a whole number from 1'],
    ['retry attempts 1.5', () => retry({ attempts: 1.5 }), 'a whole number from 1'],
    ['retry baseMs NaN', () => retry({ baseMs: Number.NaN }), 'a number from 0'],
    ['retry capMs as text', () => retry({ capMs: '5' as never }), 'a number from 0'],
    ['retry jitter', () => retry({ jitter: 'some' as never }), "'full' or 'equal'"],
    ['retry budget', () => retry({ budget: { ratio: -1 } }), 'a number from 0'],
    ['retry with a slip of the pen', () => retry({ atempts: 3 } as never), 'perhaps attempts'],
    ['retry with null', () => retry(null as never), 'an object of options'],
    ['timeout 0', () => timeout({ ms: 0 }), 'a number above 0'],
    ['timeout without ms', () => timeout({} as never), 'a number above 0'],
    ['deadline NaN', () => deadline({ ms: Number.NaN }), 'a number above 0'],
    [
      'hedge of work that may not be repeated',
      () => hedge({ idempotent: false as never, afterMs: 1 }),
      'may be done twice',
    ],
    ['hedge without afterMs', () => hedge({ idempotent: true } as never), 'a number from 0'],
    ['fallback to nothing', () => (fallback as () => unknown)(), 'operations of agents, or functions'],
    ['fallback to a text', () => fallback('x' as never), 'operations of agents, or functions'],
    ['bulkhead without a limit', () => bulkhead({} as never), 'whole number'],
    ['a layer that is none', () => policy('retry' as never), 'layers such as retry'],
    ['an unknown option', () => policy({ classifier: () => 'retry' } as never), 'layers such as retry'],
    ['a classifier that is none', () => policy({ classify: 'retry' as never }), 'a function of an error'],
  ]
  it.each(nonsense)('refuses %s, and says what is allowed', (_, make, expected) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'policy.invalid_option', remedy: expect.stringContaining(expected) }),
    )
  })

  it('started twice shares nothing', async () => {
    const plan = policy(circuitBreaker({ opensAfter: { consecutive: 1 } }))
    const [one, other] = [plan.start(host()), plan.start(host())]
    await expect(one.execute(() => Promise.reject(passing()))).rejects.toThrow('reset')
    expect([one.circuit?.state, other.circuit?.state]).toEqual(['open', 'closed'])
  })

  it('shares by key what is described alike, and refuses what is not', () => {
    const shared = new Map<string, unknown>()
    const breaker = (consecutive: number) => circuitBreaker({ opensAfter: { consecutive }, key: 'db' })
    const start = (consecutive: number) => policy(breaker(consecutive)).start({ ...host(), shared })
    const [one, other] = [start(3), start(3)]
    one.circuit?.isolate()
    expect(other.circuit?.state).toBe('isolated')
    expect(() => start(4)).toThrow(expect.objectContaining({ code: 'policy.conflicting_share' }))
  })

  it('goes by one classifier in all its layers, and by the usual rules where that does not know or fails', async () => {
    const classify = (error: unknown) => {
      if (error === 'busy') return 'retry' as const
      if (error === 'broken') throw new Error('the classifier')
      return undefined
    }
    const live = policy(retry({ attempts: 2, baseMs: 0 }), circuitBreaker({ opensAfter: { consecutive: 2 } }), {
      classify,
    }).start(host())
    let calls = 0
    const work = (error: unknown) => () => {
      calls++
      return Promise.reject(error)
    }
    await expect(live.execute(work('broken'))).rejects.toBe('broken')
    expect([calls, live.circuit?.state]).toEqual([1, 'closed'])
    const busy = live.execute(work('busy'))
    busy.catch(() => {})
    await advance(live)
    await expect(busy).rejects.toBe('busy')
    expect([calls, live.circuit?.state]).toEqual([3, 'open'])
  })

  it('has a policy of another library innermost, with the signal of each try', async () => {
    const seen: AbortSignal[] = []
    const foreign: Policy = {
      execute: (work, signal) => {
        seen.push(signal as AbortSignal)
        return work({ signal: signal as AbortSignal })
      },
    }
    const live = policy(retry({ attempts: 2, baseMs: 0 }), timeout({ ms: 5 }), foreign).start(host())
    let calls = 0
    const done = live.execute(() => {
      calls++
      return calls === 1 ? new Promise<string>(() => {}) : Promise.resolve('done')
    })
    await advance(live, 5)
    await advance(live, 1)
    await expect(done).resolves.toBe('done')
    expect(seen.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})

async function advance(live: { readonly layers: { readonly clock: unknown } }, ms = 1): Promise<void> {
  await someTurns()
  ;(live.layers.clock as ManualClock).advance(ms)
  await someTurns()
}
