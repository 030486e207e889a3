import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bulkhead,
  circuitBreaker,
  deadline,
  hedge,
  type LifecycleEventName,
  type Operation,
  operation,
  policy,
  retry,
  timeout,
} from '../index.js'
import type { PolicyLike } from '../ports/index.js'
import { createTestOrchestrator, type TestOrchestrator } from '../testing/index.js'

const Any = z.any()
type Run = Parameters<typeof operation<typeof Any, typeof Any>>[0]['run']
const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const always = () => Promise.reject(passing())
const exactly = (attempts: number, baseMs = 10) => retry({ attempts, baseMs, jitter: 'none', budget: false })

/** An agent of one operation. */
function worker(run: Run, own?: PolicyLike, policyOfOperation?: PolicyLike, name = 'worker') {
  const work = operation({ input: Any, output: Any, run, ...(policyOfOperation && { policy: policyOfOperation }) })
  return agent(name, { work }, { policy: own })
}

/** Asks, and tells by what it failed. */
async function failureOf(
  orchestrator: TestOrchestrator,
  asked: Operation<unknown, unknown>,
  options: object = {},
): Promise<{ readonly code: string; readonly cause?: unknown }> {
  return orchestrator.ask(asked, 1, options).then(
    () => ({ code: 'none' }),
    (error: { code: string }) => error,
  )
}
const detailsOf = ({ events }: TestOrchestrator, type: LifecycleEventName) =>
  events.filter((event) => event.type === type) as unknown as readonly Record<string, unknown>[]

describe('which policy stands around a call', () => {
  const count = async (own: PolicyLike | undefined, ofOperation: PolicyLike | undefined, maxRetries = 1) => {
    let calls = 0
    const one = worker(() => (calls++, always()), own, ofOperation)
    const settings = { resilience: { maxRetries, circuitBreaker: false } }
    await using orchestrator = await createTestOrchestrator({ agents: [one], settings })
    await failureOf(orchestrator, one.work)
    return calls
  }
  it("is the usual one of the settings, instead of it the agent's, instead of that the operation's", async () => {
    expect(await count(undefined, undefined)).toBe(2)
    expect(await count(policy(exactly(3)), undefined)).toBe(3)
    expect(await count(policy(exactly(3)), policy(exactly(5)))).toBe(5)
    expect(await count(undefined, policy(exactly(5)))).toBe(5)
  })

  it('is none where it has no layers, or where the settings want none', async () => {
    expect(await count(policy(), undefined)).toBe(1)
    expect(await count(policy(exactly(3)), policy())).toBe(1)
    expect(await count(undefined, undefined, 0)).toBe(1)
  })

  it('is found among the circuits by the name of what it protects', async () => {
    const own = policy(circuitBreaker({ opensAfter: { consecutive: 1 } }))
    const one = worker(always, own, own)
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    await failureOf(orchestrator, one.work)
    expect([...orchestrator.circuits].map(([name, { state }]) => [name, state])).toEqual([
      ['worker', 'closed'],
      ['worker.work', 'open'],
    ])
    expect((await failureOf(orchestrator, one.work)).code).toBe('circuit.open')
    // Nothing was called.
    expect(detailsOf(orchestrator, 'call.finished').map(({ attempts }) => attempts)).toEqual([1, 0])
  })
})

describe.each([
  ['with a timeout', [timeout({ ms: 60_000 })]],
  ['without anything that has to be timed', []],
] as const)('an agent that is tried again, %s', (_, more) => {
  it('is told which try it is, has the same keys in each, and so have those whom it asks', async () => {
    const seen: unknown[] = []
    const inner = worker((_input, call) => void seen.push(['inner', call.idempotencyKey()]), undefined, undefined, 'in')
    const outer = worker(
      async (_input, call) => {
        seen.push([call.attempt, call.idempotencyKey('mail')])
        await call.ask(inner.work, 1)
        if (call.attempt < 3) throw passing()
        return 'done'
      },
      policy(exactly(3), ...more),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [inner, outer] })
    expect(await orchestrator.ask(outer.work, 1)).toBe('done')
    const [[, key], [, innerKey]] = seen as [[number, string], [string, string]]
    expect(key).not.toBe(innerKey)
    expect(seen).toEqual(
      [1, 2, 3].flatMap((attempt) => [
        [attempt, key],
        ['inner', innerKey],
      ]),
    )
    const ofOuter = detailsOf(orchestrator, 'call.finished').filter(
      ({ message }) => outer.work.agent === agentOf(message),
    )
    expect(ofOuter).toMatchObject([{ attempts: 3, waitedMs: 30, ms: 30, outcome: 'succeeded' }])
    expect(detailsOf(orchestrator, 'call.retried')).toMatchObject([
      { attempt: 2, delayMs: 10, failure: { message: 'reset' } },
      { attempt: 3, delayMs: 20 },
    ])
  })

  it('tells how often it was tried and how long it waited also when it is stopped while it waits', async () => {
    const one = worker(always, policy(exactly(9, 100), ...more))
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    const stop = new AbortController()
    const [late, cancelled] = [
      failureOf(orchestrator, one.work, { timeoutMs: 10_000 }),
      failureOf(orchestrator, one.work, { signal: stop.signal }),
    ]
    await orchestrator.advance(150)
    stop.abort(new Error('enough'))
    expect(await cancelled).toMatchObject({ code: 'call.cancelled', cause: { message: 'enough' } })
    expect(detailsOf(orchestrator, 'call.finished')).toMatchObject([
      { attempts: 2, waitedMs: 150, outcome: 'cancelled' },
    ])
    await late
  })

  it('is not tried again when nobody waits any more', async () => {
    let calls = 0
    const one = worker(() => (calls++, always()), policy(exactly(9, 100), ...more))
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    const stop = new AbortController()
    const failed = failureOf(orchestrator, one.work, { signal: stop.signal })
    await orchestrator.advance(50)
    stop.abort()
    expect((await failed).code).toBe('call.cancelled')
    // Longer than any call may take: a timer for many is not taken back for one.
    await orchestrator.advance(100_000)
    expect([calls, orchestrator.clock.pending]).toEqual([1, 0])
  })

  it('stops what its last try asked for and did not wait for', async () => {
    const signals: AbortSignal[] = []
    const inner = worker((_, { signal }) => (signals.push(signal), new Promise(() => {})), policy(), undefined, 'in')
    const outer = worker(
      async (_, { ask, attempt }) => {
        if (attempt > 1) return signals.map(({ aborted }) => aborted)
        void ask(inner.work, 1).catch(() => {})
        throw passing()
      },
      policy(exactly(2), ...more),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [inner, outer] })
    expect(await orchestrator.ask(outer.work, 1)).toEqual([true])
  })

  it('is repeated by the innermost policy alone, where several stand around each other', async () => {
    let calls = 0
    const own = policy(exactly(4), ...more)
    const inner = worker(() => (calls++, always()), own, undefined, 'in')
    const middle = worker((_, { ask }) => ask(inner.work, 1), own, undefined, 'middle')
    const outer = worker((_, { ask }) => ask(middle.work, 1), own, undefined, 'outer')
    await using orchestrator = await createTestOrchestrator({ agents: [inner, middle, outer] })
    expect(await failureOf(orchestrator, outer.work)).toMatchObject({ code: 'agent.failed', exhausted: true })
    expect(calls).toBe(4)
  })

  it('is repeated from outside as well where the policy says so', async () => {
    let calls = 0
    const inner = worker(() => (calls++, always()), policy(exactly(4), ...more), undefined, 'in')
    const outer = worker(
      (_, { ask }) => ask(inner.work, 1),
      policy(retry({ attempts: 2, baseMs: 1, evenIfExhausted: true, budget: false }), ...more),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [inner, outer] })
    await failureOf(orchestrator, outer.work)
    expect(calls).toBe(8)
  })
})

describe('a try that takes too long', () => {
  it('is told to stop, with what it asked for, and knows before how long it has', async () => {
    const told: unknown[] = []
    const inner = worker(
      (_, { signal, remainingMs }) => {
        told.push(['inner', remainingMs()])
        signal.addEventListener('abort', () => told.push('inner stopped'))
        return new Promise(() => {})
      },
      policy(),
      undefined,
      'in',
    )
    const outer = worker(
      (_, { attempt, ask, signal, remainingMs }) => {
        if (attempt > 1) return 'second'
        told.push(['outer', remainingMs()])
        signal.addEventListener('abort', () => told.push((signal.reason as { code: string }).code))
        return ask(inner.work, 1)
      },
      policy(exactly(2), timeout({ ms: 50 })),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [inner, outer] })
    expect(await orchestrator.ask(outer.work, 1, { timeoutMs: 1_000 })).toBe('second')
    expect(told).toEqual([['outer', 50], ['inner', 50], 'inner stopped', 'policy.try_timed_out'])
    expect(orchestrator.elapsedMs()).toBe(60)
  })

  it('knows of the deadline of all tries, too', async () => {
    const one = worker((_, { remainingMs }) => remainingMs(), policy(deadline({ ms: 70 }), timeout({ ms: 500 })))
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    expect(await orchestrator.ask(one.work, 1, { timeoutMs: 1_000 })).toBe(70)
  })

  it.each([
    ['the deadline', policy(deadline({ ms: 500 }))],
    ['the timeout of a try', policy(exactly(3), timeout({ ms: 500 }))],
    ['the retry', policy(exactly(3))],
  ])('ends as its caller said, where that is before %s of its policy', async (_, own) => {
    const one = worker(() => new Promise(() => {}), own)
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    expect(await failureOf(orchestrator, one.work, { timeoutMs: 100 })).toMatchObject({
      code: 'call.timed_out',
      details: { timeoutMs: 100 },
    })
  })
})

describe('a slow try', () => {
  it('has another one beside it, and the first to answer stops the other', async () => {
    const stopped: unknown[] = []
    const one = worker(
      (_, { attempt, signal }) => {
        signal.addEventListener('abort', () => stopped.push([attempt, (signal.reason as { code: string }).code]))
        return attempt === 1 ? new Promise(() => {}) : attempt
      },
      policy(hedge({ idempotent: true, afterMs: 20 })),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    expect(await orchestrator.ask(one.work, 1)).toBe(2)
    expect(stopped).toEqual([[1, 'policy.overtaken']])
    expect(detailsOf(orchestrator, 'call.hedged')).toMatchObject([{ attempt: 2 }])
    expect(detailsOf(orchestrator, 'call.finished')).toMatchObject([{ attempts: 2, ms: 20 }])
  })
})

describe('whoever hears of a retry', () => {
  it('can stop it before it begins', async () => {
    let calls = 0
    const one = worker(() => (calls++, always()), policy(exactly(3), bulkhead({ limit: 1 })))
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    const stop = new AbortController()
    using _ = orchestrator.on('call.retried', () => stop.abort())
    expect((await failureOf(orchestrator, one.work, { signal: stop.signal })).code).toBe('call.cancelled')
    expect(calls).toBe(1)
  })
})

function agentOf(message: unknown): string {
  return (message as { receiver: { agent: string } }).receiver.agent
}
