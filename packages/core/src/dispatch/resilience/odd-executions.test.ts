import { beforeEach, describe, expect, it } from 'vitest'
import { isFailure } from '../../ports/index.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { RecordingEventSink } from '../../testing/doubles/recording-event-sink.js'
import { SeededRandom } from '../../testing/doubles/seeded-random.js'
import { bulkhead } from './bulkhead/bulkhead-layer.js'
import { circuitBreaker } from './circuit-breaker/circuit-breaker-layer.js'
import { hedge } from './hedge.js'
import type { Layer } from './plan.js'
import { policy } from './policy.js'
import { rateLimit } from './rate-limit/rate-limit-layer.js'
import { retry } from './retry/retry.js'
import { timeout } from './timeout.js'

let clock: ManualClock
let events: RecordingEventSink
beforeEach(() => {
  clock = new ManualClock()
  events = new RecordingEventSink({ clock })
})
const start = (...layers: readonly Layer[]) =>
  policy(...layers).start({ name: 'p', clock, random: new SeededRandom(), events })
const passing = (more = {}) => Object.assign(new Error('reset'), { code: 'ECONNRESET', ...more })
const hangs = () => new Promise<never>(() => {})
const codeOf = (work: Promise<unknown>) =>
  work.then(
    (value) => value,
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed++) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    if (passed < ms) clock.advance(1)
  }
}
const once = { idempotent: true, afterMs: 10 } as const

describe('a hedge', () => {
  it('begins no more tries beside the first than it may, whichever of them have failed', async () => {
    for (const failing of [1, 2]) {
      let calls = 0
      const live = start(hedge(once))
      void live.execute(() => (++calls === failing ? rejectsIn(15) : hangs())).catch(() => {})
      await pass(100)
      expect(calls).toBe(2)
    }
  })

  it('begins as many again beside the next try', async () => {
    let calls = 0
    const live = start(retry({ attempts: 3, baseMs: 1, budget: false }), hedge(once), timeout({ ms: 30 }))
    void live.execute(() => (calls++, hangs())).catch(() => {})
    await pass(200)
    expect(calls).toBe(4)
  })

  it('begins one unless told how many, also where it was told nothing by name', () => {
    expect(hedge({ ...once, extra: undefined as never }).options.extra).toBe(1)
  })

  it('begins none beside a try while the other side wants to be left alone', async () => {
    let calls = 0
    const live = start(retry({ baseMs: 1, jitter: 'none' }), hedge({ ...once, extra: 5 }))
    const answers = [() => rejectsIn(15, { retryAfterMs: 1_000 }), () => rejectsIn(40), () => Promise.resolve('done')]
    const ended = codeOf(live.execute(() => (answers[calls++] as () => Promise<unknown>)()))
    await pass(900)
    // The second failed after the first had been told to wait, and told nothing itself.
    expect(calls).toBe(2)
    await pass(200)
    expect([calls, await ended]).toEqual([3, 'done'])
  })

  it('leaves no timer behind work that ends its own execution', async () => {
    const stop = new AbortController()
    const work = () => {
      stop.abort('enough')
      return hangs()
    }
    expect(await codeOf(start(hedge(once)).execute(work, stop.signal))).toBe('policy.cancelled')
    expect(clock.pending).toBe(0)
  })
})

describe('whoever hears of what goes on', () => {
  it('may stop it: no try begins after that', async () => {
    const stop = new AbortController()
    let calls = 0
    const live = start(retry({ baseMs: 1 }), rateLimit({ requests: { limit: 10, perMs: 1_000 } }))
    events.on('rate.paused', () => stop.abort('enough'))
    const ended = codeOf(live.execute(() => (calls++, Promise.reject(passing({ retryAfterMs: 5 }))), stop.signal))
    await pass(0)
    expect(clock.pending).toBe(0)
    await pass(100)
    expect([calls, await ended, clock.pending]).toEqual([1, 'policy.cancelled', 0])
  })

  it('may stop it when a circuit lets it try: its slot is free again', async () => {
    const stop = new AbortController()
    const live = start(bulkhead({ limit: 1 }), circuitBreaker({ opensAfter: { consecutive: 1 }, breakMs: 10 }))
    await codeOf(live.execute(() => Promise.reject(passing())))
    await pass(20)
    events.on('circuit.half_opened', () => stop.abort('enough'))
    let calls = 0
    expect(await codeOf(live.execute(() => (calls++, hangs()), stop.signal))).toBe('policy.cancelled')
    expect([calls, live.layers.bulkhead?.inFlight]).toEqual([0, 0])
    expect(await codeOf(live.execute(() => 'the next'))).toBe('the next')
  })
})

describe('work', () => {
  it('that returns something that cannot even be looked at fails by that, and gives back what it held', async () => {
    const live = start(bulkhead({ limit: 1 }), timeout({ ms: 10 }))
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    // oxlint-disable-next-line unicorn/no-thenable
    const throwing = Object.defineProperty({}, 'then', {
      get() {
        throw new RangeError('do not look')
      },
    })
    expect(await codeOf(live.execute(() => throwing))).toBe('RangeError: do not look')
    expect(await codeOf(live.execute(() => revoked.proxy))).toMatch(/revoked/)
    expect(live.layers.bulkhead?.inFlight).toBe(0)
    await pass(10)
    expect(clock.pending).toBe(0)
  })

  it('may be ten thousand at once, with one signal for all', async () => {
    const live = start(retry({ baseMs: 1 }), bulkhead({ limit: 10, queue: 20_000 }), timeout({ ms: 5 }))
    const stop = new AbortController()
    const all = Array.from({ length: 10_000 }, (_, index) =>
      codeOf(live.execute(() => (index < 9_000 ? Promise.resolve(index) : hangs()), stop.signal)),
    )
    for (let turn = 0; turn < 5_000; turn++) await Promise.resolve()
    stop.abort()
    const ended = await Promise.all(all)
    expect(ended.slice(0, 9_000)).toEqual(Array.from({ length: 9_000 }, (_, index) => index))
    expect(new Set(ended.slice(9_000))).toEqual(new Set(['policy.cancelled']))
    expect([live.layers.bulkhead?.inFlight, live.layers.bulkhead?.queued]).toEqual([0, 0])
  })
})

describe('a rate that policies share', () => {
  it('is paused for all when one of them is told to leave the other side alone', async () => {
    const shared = new Map<string, unknown>()
    const limit = rateLimit({ requests: { limit: 100, perMs: 1_000 }, maxWaitMs: 5_000, key: 'model' })
    const begin = (name: string) => policy(limit).start({ name, clock, random: new SeededRandom(), events, shared })
    const tooMany = Object.assign(new Error('slower'), { status: 429, headers: { 'retry-after': '2' } })
    expect(await codeOf(begin('one').execute(() => Promise.reject(tooMany)))).toBe('Error: slower')
    let calls = 0
    const ended = codeOf(begin('other').execute(() => Promise.resolve(++calls)))
    await pass(1_999)
    expect(calls).toBe(0)
    await pass(1)
    expect(await ended).toBe(1)
    expect(events.of('rate.paused')).toMatchObject([{ limiter: 'model', pauseMs: 2_000 }])
  })
})

describe('a retry budget that allows for none to begin with', () => {
  it('still allows for its share', async () => {
    const live = start(retry({ attempts: 2, baseMs: 0, budget: { burst: 0, ratio: 0.5, perSecond: 0 } }))
    let calls = 0
    for (let count = 0; count < 10; count++) {
      const ended = codeOf(live.execute(() => (calls++, Promise.reject(passing()))))
      await pass(1)
      await ended
    }
    expect(calls).toBe(15)
  })
})

async function rejectsIn(ms: number, more = {}): Promise<never> {
  await new Promise<void>((resolve) => void clock.schedule(ms, resolve))
  throw passing(more)
}
