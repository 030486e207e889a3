import { beforeEach, describe, expect, it } from 'vitest'
import { isFailure } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { scriptedWork } from '../../testing/doubles/scripted-work.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import { fallback } from './fallback.js'
import { hedge } from './hedge.js'
import type { Layer } from './plan.js'
import { policy, type PolicyOptions } from './policy.js'
import { deadline } from './timeout.js'

let clock: ManualClock
beforeEach(() => {
  clock = new ManualClock()
})
const start = (...parts: readonly (Layer | PolicyOptions)[]) =>
  policy(...parts).start({ name: 'p', clock, random: new SeededRandom() })
const never = () => new Promise<never>(() => {})
/** Lets time pass in steps, so that what each step sets going goes on. */
async function pass(ms: number, step = ms): Promise<void> {
  await someTurns()
  for (let left = ms; left > 0; left -= step) {
    clock.advance(Math.min(step, left))
    await someTurns()
  }
}
const outcome = (work: Promise<unknown>) =>
  work.then(
    (value) => ['ok', value],
    (error: unknown) => ['failed', error],
  )
const codeOf = (error: unknown) => (isFailure(error) ? error.code : String(error))

describe('a hedge', () => {
  const hedged = () => start(hedge({ idempotent: true, afterMs: 10 }), bulkhead({ limit: 2 }))

  it('begins another try beside a slow one; the first to succeed is the answer, the other is stopped', async () => {
    const work = scriptedWork(never, () => Promise.resolve('second'))
    const live = hedged()
    const ended = outcome(live.execute(work))
    await pass(10)
    expect(await ended).toEqual(['ok', 'second'])
    expect(codeOf(work.signals[0]?.reason)).toBe('policy.overtaken')
    expect(live.layers.bulkhead?.inFlight).toBe(0)
  })

  it('waits for the other when one fails, and fails when both do', async () => {
    const first = Promise.withResolvers<string>()
    const work = scriptedWork(
      () => first.promise,
      () => Promise.reject(new Error('second')),
    )
    const ended = outcome(hedged().execute(work))
    await pass(10)
    first.resolve('first')
    expect(await ended).toEqual(['ok', 'first'])
    const both = scriptedWork(() => Promise.reject(new Error('one')))
    expect((await outcome(hedged().execute(both)))[0]).toBe('failed')
  })
})

describe('a fallback', () => {
  it('answers when all else failed, the next one when that fails, and each is told how the one before it did', async () => {
    const told: unknown[] = []
    const chain = fallback(
      (failure) => {
        told.push((failure as Error).message)
        throw new Error('one')
      },
      (failure) => {
        told.push((failure as Error).message)
        return 'two'
      },
    )
    expect(await start(chain).execute(() => Promise.reject(new Error('work')))).toBe('two')
    expect(told).toEqual(['work', 'one'])
  })

  it('answers once, also after the deadline, and not for who has left', async () => {
    let answers = 0
    const live = start(
      fallback(async () => {
        answers++
        await pass(20)
        return 'instead'
      }),
      deadline({ ms: 5 }),
    )
    const ended = outcome(live.execute(never))
    await pass(5)
    expect(await ended).toEqual(['ok', 'instead'])
    const stop = new AbortController()
    const left = outcome(live.execute(never, stop.signal))
    stop.abort()
    expect([codeOf((await left)[1]), answers]).toEqual(['policy.cancelled', 1])
  })
})
