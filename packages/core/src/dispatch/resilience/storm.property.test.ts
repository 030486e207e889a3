import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Policy, Priority } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import { circuitBreaker } from './circuit-breaker/circuit-breaker-layer.js'
import { fallback } from './fallback.js'
import { hedge } from './hedge.js'
import type { LivePolicy } from './live-policy.js'
import type { Layer } from './plan.js'
import { policy } from './policy.js'
import { rateLimit } from './rate-limit/rate-limit-layer.js'
import { retry } from './retry/retry.js'
import { deadline, timeout } from './timeout.js'

const maybe = <Value>(one: fc.Arbitrary<Value>) => fc.option(one, { nil: undefined })
const ms = (max: number) => fc.integer({ min: 1, max })

/** Any policy: each layer there or not, with whatever numbers. */
const anyLayers = fc
  .tuple(
    maybe(fc.constant(fallback(() => 'instead'))),
    maybe(ms(300).map((one) => deadline({ ms: one }))),
    maybe(
      fc
        .record({ attempts: fc.integer({ min: 1, max: 4 }), baseMs: ms(50), bounded: fc.boolean() })
        .map(({ bounded, ...one }) => retry(bounded ? one : { ...one, budget: false })),
    ),
    maybe(
      fc
        .record({ afterMs: ms(40), extra: fc.integer({ min: 1, max: 2 }) })
        .map((one) => hedge({ ...one, idempotent: true })),
    ),
    maybe(
      fc
        .record({
          limit: fc.integer({ min: 1, max: 3 }),
          queue: fc.integer({ min: 0, max: 4 }),
          order: fc.constantFrom('fifo' as const, 'priority' as const),
        })
        .map(bulkhead),
    ),
    maybe(
      fc
        .record({ limit: fc.integer({ min: 1, max: 5 }), maxWaitMs: fc.constantFrom(0, 200) })
        .map(({ limit, maxWaitMs }) => rateLimit({ requests: { limit, perMs: 50 }, maxWaitMs })),
    ),
    maybe(
      fc
        .record({ consecutive: fc.integer({ min: 1, max: 4 }), permits: fc.integer({ min: 1, max: 2 }) })
        .map(({ consecutive, permits }) =>
          circuitBreaker({
            opensAfter: { consecutive },
            breakMs: 50,
            halfOpen: { permits, maxWaitMs: 100, rampMs: 20 },
          }),
        ),
    ),
    maybe(ms(60).map((one) => timeout({ ms: one }))),
  )
  .map((layers) => layers.filter((one): one is Exclude<typeof one, undefined> => one !== undefined) as Layer[])

/** How a try of some work goes: at once, or when the storm says so. */
const anyTry = fc.constantFrom(
  'returns',
  'throws',
  'throws what may pass',
  'aborts its caller',
  'waits',
  'waits',
  'waits',
)

const anyExecution = fc.record({
  tries: fc.array(anyTry, { minLength: 1, maxLength: 5 }),
  readsSignal: fc.boolean(),
  canBeStopped: fc.boolean(),
  priority: fc.constantFrom<Priority>('low', 'normal', 'high', 'critical'),
})

const anyStep = fc.oneof(
  fc.record({ kind: fc.constantFrom('resolve', 'fail', 'fail for now', 'abort' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('pass time' as const), which: fc.nat(60) }),
)

const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })

test('whatever happens to work under whatever policy, each execution ends once, and nothing is held afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyLayers,
      fc.array(anyExecution, { minLength: 1, maxLength: 8 }),
      fc.array(anyStep, { maxLength: 40 }),
      fc.integer(),
      async (layers, executions, steps, seed) => {
        const clock = new ManualClock()
        const live = policy(...layers).start({ name: 'storm', clock, random: new SeededRandom(seed) })
        const waiting: PromiseWithResolvers<string>[] = []
        const stops = executions.map(() => new AbortController())
        const endings = executions.map(() => 0)
        for (const [index, execution] of executions.entries()) {
          const ended = () => {
            endings[index] = (endings[index] ?? 0) + 1
          }
          void begin(live, execution, stops[index] as AbortController, waiting).then(ended, ended)
        }
        for (const { kind, which } of steps) {
          if (kind === 'pass time') clock.advance(which)
          else if (kind === 'abort') stops[which % stops.length]?.abort('not wanted any more')
          else if (waiting.length > 0) {
            const [one] = waiting.splice(which % waiting.length, 1)
            if (kind === 'resolve') one?.resolve('late')
            else one?.reject(kind === 'fail' ? new Error('no') : passing())
          }
          await someTurns()
        }
        for (let round = 0; round < 200 && endings.includes(0); round++) {
          for (const one of waiting.splice(0)) one.resolve('at last')
          clock.advance(50)
          await someTurns()
        }
        for (const one of waiting.splice(0)) one.resolve('for nobody')
        await someTurns()
        expect(endings).toEqual(executions.map(() => 1))
        const { bulkhead: slots, limiter } = live.layers
        expect([slots?.inFlight ?? 0, slots?.queued ?? 0, limiter?.queued ?? 0]).toEqual([0, 0, 0])
        // Timers that are left find nothing to do, and set no others.
        clock.advance(1_000_000)
        expect(clock.pending).toBe(0)
      },
    ),
    { numRuns: 2_000 },
  )
})

function begin(
  live: LivePolicy & Policy,
  { tries, readsSignal, canBeStopped, priority }: typeof anyExecution extends fc.Arbitrary<infer One> ? One : never,
  stop: AbortController,
  waiting: PromiseWithResolvers<string>[],
): Promise<string> {
  let count = 0
  const work = (attempt: { readonly signal: AbortSignal }): Promise<string> | string => {
    const how = tries[count++ % tries.length]
    if (readsSignal) void attempt.signal.aborted
    if (how === 'returns') return 'at once'
    if (how === 'throws') throw new Error('no')
    if (how === 'throws what may pass') throw passing()
    if (how === 'aborts its caller') stop.abort('from within')
    const one = Promise.withResolvers<string>()
    waiting.push(one)
    return one.promise
  }
  return live.execute(work, canBeStopped ? stop.signal : undefined, { priority })
}
