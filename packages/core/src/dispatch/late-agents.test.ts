import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestOrchestrator } from '../testing/test-orchestrator.js'
import { agent, operation } from './agent/index.js'
import { pool } from './pool/index.js'
import { circuitBreaker, type Layer, policy, retry, timeout } from './resilience/index.js'

const Text = z.object({ text: z.string() })
const outcome = (asked: Promise<unknown>) =>
  asked.then(
    () => 'ok',
    ({ code }: { readonly code: string }) => code,
  )

describe('an agent that hangs', () => {
  const opens = circuitBreaker({ opensAfter: { failures: 3, ofLast: 10 } })
  it.each<[string, readonly Layer[]]>([
    ['a breaker alone', [opens]],
    ['a breaker around a timeout that is longer', [opens, timeout({ ms: 5_000 })]],
  ])('opens its circuit, under %s, by calls that were too late', async (_, layers) => {
    const hanging = agent(
      'hanging',
      { work: operation({ input: Text, output: Text, run: () => new Promise<never>(() => {}) }) },
      { policy: policy(...layers) },
    )
    await using t = await createTestOrchestrator({ agents: [hanging] })
    const codes: unknown[] = []
    for (let round = 0; round < 4; round++) {
      codes.push(await outcome(t.ask(hanging.work, { text: 'x' }, { timeoutMs: 10 })))
    }
    expect(codes).toEqual(['call.timed_out', 'call.timed_out', 'call.timed_out', 'circuit.open'])
  })

  it('is not blamed when it is its caller that took too long, or that left', async () => {
    const inner = agent(
      'inner',
      { work: operation({ input: Text, output: Text, run: () => new Promise<never>(() => {}) }) },
      { policy: policy(opens) },
    )
    const outer = agent('outer', {
      work: operation({
        input: Text,
        output: Text,
        run: (input, { ask }) => ask(inner.work, input, { timeoutMs: 1_000 }),
      }),
    })
    await using t = await createTestOrchestrator({ agents: [outer, inner] })
    for (let round = 0; round < 5; round++) {
      const stop = new AbortController()
      const left = outcome(t.ask(inner.work, { text: 'x' }, { signal: stop.signal }))
      stop.abort()
      await left
    }
    expect(t.circuits.get('inner')?.state).toBe('closed')
  })
})

describe('a try under policies around each other', () => {
  it('has the signal and the time of the outer try, and its own time begins when it does', async () => {
    const seen: { remainingMs: number; signal: AbortSignal }[] = []
    const slowFirst = agent(
      'slow-first',
      {
        work: operation({
          input: Text,
          output: Text,
          run: (input, { remainingMs, signal }) => {
            seen.push({ remainingMs: remainingMs(), signal })
            return seen.length === 1 ? new Promise<never>(() => {}) : input
          },
        }),
      },
      { policy: policy() },
    )
    const workers = pool('workers', [slowFirst], {
      policy: policy(retry({ attempts: 2, baseMs: 200, jitter: 'none' }), timeout({ ms: 30 })),
    })
    await using t = await createTestOrchestrator({ agents: [workers] })
    expect(await t.ask(workers.work, { text: 'x' }, { timeoutMs: 1_000 })).toEqual({ text: 'x' })
    expect(seen.map(({ remainingMs, signal }) => [remainingMs, signal.aborted])).toEqual([
      [30, true],
      [30, false],
    ])
  })

  it('is one of as many as the agent was really tried', async () => {
    let calls = 0
    const busy = agent(
      'busy',
      {
        work: operation({
          input: Text,
          output: Text,
          run: () => {
            calls++
            throw Object.assign(new Error('busy'), { status: 503 })
          },
        }),
      },
      { policy: policy(retry({ attempts: 3, baseMs: 1, budget: false })) },
    )
    const workers = pool('workers', [busy], {
      ejection: false,
      policy: policy(retry({ attempts: 2, baseMs: 1, budget: false, evenIfExhausted: true })),
    })
    await using t = await createTestOrchestrator({ agents: [workers] })
    await outcome(t.ask(workers.work, { text: 'x' }))
    const finished = t.events.flatMap((event) => (event.type === 'call.finished' ? [event.attempts] : []))
    expect([calls, finished]).toEqual([6, [6]])
  })
})

describe('what is spent', () => {
  it('when the call is over already does not count beside what was charged for it', async () => {
    const late = Promise.withResolvers<void>()
    const slow = agent('slow', {
      work: operation({
        input: Text,
        output: Text,
        run: async (input, { spend }) => {
          await late.promise
          spend({ tokens: 420 })
          return input
        },
      }),
    })
    const outer = agent('outer', {
      work: operation({
        input: Text,
        output: z.array(z.number()),
        run: async (input, { ask, budget }) => {
          const left = () => budget().tokens ?? Number.NaN
          await outcome(ask(slow.work, input, { timeoutMs: 10, estimate: { tokens: 500 } }))
          const charged = left()
          late.resolve()
          for (let turn = 0; turn < 20; turn++) await Promise.resolve()
          return [charged, left()]
        },
      }),
    })
    await using t = await createTestOrchestrator({ agents: [outer, slow] })
    expect(await t.ask(outer.work, { text: 'x' }, { budget: { tokens: 5_000 } })).toEqual([4_500, 4_500])
  })
})
