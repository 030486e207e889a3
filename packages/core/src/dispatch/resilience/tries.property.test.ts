import { ConstantBackoff, handleWhen, retry as cockatielRetry } from 'cockatiel'
import fc from 'fast-check'
import pRetry from 'p-retry'
import { expect, test } from 'vitest'
import { isFailure } from '../../ports/index.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import type { Layer } from './plan.js'
import { policy } from './policy.js'
import { retry } from './retry/retry.js'
import { deadline, timeout } from './timeout.js'

/** How one try goes: it ends after so long, or never. */
const anyTry = fc.record({
  kind: fc.constantFrom('ok', 'retryable', 'fatal', 'throws', 'hangs'),
  // Uneven, so that no two things are due at the same moment.
  ms: fc.integer({ min: 0, max: 40 }).map((ms) => ms * 2 + 1),
})
type AnyTry = typeof anyTry extends fc.Arbitrary<infer One> ? One : never

const anyPolicy = fc.record({
  attempts: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  waitMs: fc.integer({ min: 0, max: 30 }).map((ms) => ms * 2),
  timeoutMs: fc.option(
    fc.integer({ min: 1, max: 30 }).map((ms) => ms * 2),
    { nil: undefined },
  ),
  deadlineMs: fc.option(
    fc.integer({ min: 1, max: 100 }).map((ms) => ms + 0.5),
    { nil: undefined, freq: 2 },
  ),
})
type AnyPolicy = typeof anyPolicy extends fc.Arbitrary<infer One> ? One : never
const abortsAt = fc.option(
  fc.integer({ min: 0, max: 200 }).map((ms) => ms + 0.25),
  { nil: undefined, freq: 2 },
)

const failed = (kind: string) => Object.assign(new Error(kind), kind === 'fatal' ? { status: 400 } : { code: 'EPIPE' })
const endless: AnyTry = { kind: 'hangs', ms: 0 }

/** What has to come of it, worked out without any machinery: how many tries, when it ends, and by what. */
function expected(script: readonly AnyTry[], own: AnyPolicy, abortAt = Number.POSITIVE_INFINITY) {
  const dueAt = own.deadlineMs ?? Number.POSITIVE_INFINITY
  const most = own.attempts ?? 1
  let now = 0
  for (let tries = 1; ; tries++) {
    const { kind, ms } = script[tries - 1] ?? endless
    const takes = kind === 'hangs' ? Number.POSITIVE_INFINITY : kind === 'throws' ? 0 : ms
    const timedOut = own.timeoutMs !== undefined && own.timeoutMs < takes
    const endsAt = now + (timedOut ? (own.timeoutMs ?? 0) : takes)
    if (abortAt < endsAt && abortAt < dueAt) return { tries, code: 'policy.cancelled' }
    if (dueAt < endsAt) return { tries, code: 'policy.deadline_exceeded' }
    if (endsAt === Number.POSITIVE_INFINITY) return { tries, code: 'never' }
    const code = timedOut ? 'policy.try_timed_out' : kind
    if (code === 'ok' || code === 'fatal' || tries >= most) return { tries, code }
    const next = endsAt + own.waitMs
    if (next >= dueAt) return { tries, code }
    if (abortAt < next) return { tries, code: 'policy.cancelled' }
    now = next
  }
}

test('an execution makes the tries that a plain account of it makes, ends as that, and holds nothing afterwards', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(anyTry, { maxLength: 6 }), anyPolicy, abortsAt, async (script, own, abortAt) => {
      const clock = new ManualClock()
      const layers: readonly (Layer | undefined)[] = [
        own.deadlineMs === undefined ? undefined : deadline({ ms: own.deadlineMs }),
        own.attempts === undefined
          ? undefined
          : retry({ attempts: own.attempts, baseMs: own.waitMs, capMs: own.waitMs, jitter: 'none', budget: false }),
        bulkhead({ limit: 1 }),
        own.timeoutMs === undefined ? undefined : timeout({ ms: own.timeoutMs }),
      ]
      const plan = policy(...layers.filter((one): one is Layer => one !== undefined))
      const live = plan.start({ name: 'model', clock, random: new SeededRandom() })
      const stop = new AbortController()
      if (abortAt !== undefined) clock.schedule(abortAt, () => stop.abort())
      let tries = 0
      let code = 'never'
      const work = (): Promise<string> => {
        const { kind, ms } = script[tries++] ?? endless
        if (kind === 'throws') throw failed(kind)
        return new Promise((resolve, reject) => {
          if (kind === 'hangs') return
          clock.schedule(ms, () => (kind === 'ok' ? resolve(kind) : reject(failed(kind))))
        })
      }
      live.execute(work, stop.signal).then(
        (value) => {
          code = value
        },
        (error: Error) => {
          code = isFailure(error) ? error.code : error.message
        },
      )
      await runOut(clock)
      expect({ tries, code }).toEqual(expected(script, own, abortAt))
      seen.set(code, (seen.get(code) ?? 0) + 1)
      expect(live.layers.bulkhead?.inFlight).toBe(code === 'never' ? 1 : 0)
    }),
    { numRuns: 3_000 },
  )
  // A property that never comes to a case says nothing about it.
  for (const code of ['ok', 'fatal', 'retryable', 'throws', 'policy.cancelled', 'policy.try_timed_out', 'never']) {
    expect([code, (seen.get(code) ?? 0) > 10]).toEqual([code, true])
  }
})

/*
 * The others tell apart only what their users tell them to, and go on after an abort that comes while they wait; so scripts
 * have no aborts here. Each error is told apart by its class, as all three can. Of the waits only their number is compared:
 * p-retry's are its own.
 */
test('as many tries are made as by cockatiel and p-retry, and the same comes of them', async () => {
  const kinds = fc.array(fc.constantFrom('ok', 'retryable', 'fatal'), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(kinds, fc.integer({ min: 1, max: 4 }), async (script, attempts) => {
      const clock = new ManualClock()
      const isRetryable = (error: unknown) => (error as Error).message === 'retryable'
      const ours = policy(retry({ attempts, baseMs: 1, budget: false })).start({
        name: 'ours',
        clock,
        random: new SeededRandom(),
      })
      const theirs = cockatielRetry(handleWhen(isRetryable), {
        maxAttempts: attempts - 1,
        backoff: new ConstantBackoff(0),
      })
      const outcomes = await Promise.all([
        outcomeOf(script, (work) => {
          const done = ours.execute(work)
          void runOut(clock)
          return done
        }),
        outcomeOf(script, (work) => theirs.execute(work)),
        outcomeOf(script, (work) =>
          pRetry(work, {
            retries: attempts - 1,
            minTimeout: 0,
            maxTimeout: 0,
            shouldRetry: ({ error }) => isRetryable(error),
          }),
        ),
      ])
      expect(outcomes).toEqual(outcomes.map(() => outcomes[0]))
    }),
    { numRuns: 1_000 },
  )
})

async function outcomeOf(script: readonly string[], execute: (work: () => Promise<string>) => Promise<string>) {
  let tries = 0
  const work = async () => {
    const kind = script[tries++] ?? 'retryable'
    if (kind !== 'ok') throw failed(kind)
    return kind
  }
  const code = await execute(work).catch((error: Error) => error.message)
  return { tries, code }
}

/** Lets all time pass that anything waits for. */
async function runOut(clock: ManualClock): Promise<void> {
  for (;;) {
    for (let turn = 0; turn < 12; turn++) await Promise.resolve()
    const { nextDueInMs } = clock
    if (nextDueInMs === undefined) return
    clock.advance(nextDueInMs)
  }
}
