import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, deadline, fallback, operation, type Plan, policy, retry, timeout } from '../index.js'
import { createTestOrchestrator } from '../testing/index.js'

const Any = z.any()
type Run = Parameters<typeof operation<typeof Any, typeof Any>>[0]['run']
const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const hangs = () => new Promise<never>(() => {})

const worker = (name: string, run: Run, own: Plan = policy()) =>
  agent(name, { work: operation({ input: Any, output: z.string(), run }) }, { policy: own })
const spare = worker('spare', (input) => `the spare did ${String(input)}`)

describe.each([
  ['with a timeout', [timeout({ ms: 60_000 })]],
  ['without anything that has to be timed', []],
] as const)('when all tries of an agent have failed, %s', (_, more) => {
  const guarded = (run: Run, ...alternatives: Parameters<typeof fallback>) =>
    worker('worker', run, policy(fallback(...alternatives), retry({ attempts: 2, baseMs: 1 }), ...more))

  it('another agent answers, with the same input', async () => {
    let calls = 0
    const failing = guarded(() => {
      calls++
      throw passing()
    }, spare.work)
    await using orchestrator = await createTestOrchestrator({ agents: [failing, spare] })
    expect(await orchestrator.ask(failing.work, 'it')).toBe('the spare did it')
    expect(calls).toBe(2)
    expect(orchestrator.events.filter(({ type }) => type === 'call.fell_back')).toMatchObject([
      { message: { receiver: { agent: 'worker' } }, failure: { message: 'reset' } },
    ])
    expect(orchestrator.calls(spare.work)).toMatchObject([{ message: { sender: 'worker', depth: 1 } }])
  })

  it('the next one answers where one fails, or answers what the operation may not; each knows why', async () => {
    const told: unknown[] = []
    const failing = guarded(
      () => {
        throw passing()
      },
      (failure) => {
        told.push((failure as Error).message)
        return 5
      },
      (failure, input) => {
        told.push((failure as { code: string }).code, input)
        throw new Error('nor I')
      },
      (failure) => {
        told.push((failure as Error).message)
        return 'the third'
      },
    )
    await using orchestrator = await createTestOrchestrator({ agents: [failing] })
    expect(await orchestrator.ask(failing.work, 'it')).toBe('the third')
    expect(told).toEqual(['reset', 'agent.invalid_output', 'it', 'nor I'])
  })

  it('the call fails as the last of those who answer instead', async () => {
    const last = new Error('nobody')
    const failing = guarded(
      () => Promise.reject(passing()),
      () => Promise.reject(last),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [failing] })
    await expect(orchestrator.ask(failing.work, 'it')).rejects.toMatchObject({ code: 'agent.failed', cause: last })
  })

  it('nobody answers instead once the caller has left', async () => {
    let answered = 0
    const stop = new AbortController()
    const failing = guarded(
      () => Promise.reject(passing()),
      hangs,
      () => {
        answered++
        return 'late'
      },
    )
    await using orchestrator = await createTestOrchestrator({ agents: [failing] })
    const failed = orchestrator.ask(failing.work, 'it', { signal: stop.signal })
    failed.catch(() => {})
    await orchestrator.advance(10)
    stop.abort()
    await expect(failed).rejects.toMatchObject({ code: 'call.cancelled' })
    await orchestrator.advance(10)
    expect(answered).toBe(0)
  })

  it('another agent that takes long is stopped with the call', async () => {
    const signals: AbortSignal[] = []
    const slow = worker('slow', (_input, { signal }) => {
      signals.push(signal)
      return hangs()
    })
    const failing = guarded(() => Promise.reject(passing()), slow.work)
    await using orchestrator = await createTestOrchestrator({ agents: [failing, slow] })
    await expect(orchestrator.ask(failing.work, 1, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'call.timed_out' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('what is asked instead is other work than what the tries asked for', async () => {
    const failing = guarded(async (_input, { ask }) => {
      await ask(spare.work, 'a part')
      throw passing()
    }, spare.work)
    await using orchestrator = await createTestOrchestrator({ agents: [failing, spare] })
    await orchestrator.ask(failing.work, 'the whole')
    const keys = orchestrator.calls(spare.work).map(({ input, message }) => [input, message.idempotencyKey])
    expect(keys.map(([input]) => input)).toEqual(['a part', 'a part', 'the whole'])
    expect([keys[0]?.[1] === keys[1]?.[1], keys[0]?.[1] === keys[2]?.[1]]).toEqual([true, false])
  })
})

describe('when the tries of an agent take too long', () => {
  it('another one answers, and may take longer than the tries might', async () => {
    const slow = worker('slow', async (input, { ask }) => ask(waiting.work, input))
    const waiting = worker(
      'waiting',
      hangs,
      policy(
        fallback(() => 'after all'),
        timeout({ ms: 500 }),
      ),
    )
    const failing = worker('worker', hangs, policy(fallback(slow.work), deadline({ ms: 100 })))
    await using orchestrator = await createTestOrchestrator({ agents: [failing, slow, waiting] })
    expect(await orchestrator.ask(failing.work, 1)).toBe('after all')
    expect(orchestrator.elapsedMs()).toBe(600)
    expect(orchestrator.calls(slow.work)).toHaveLength(1)
  })
})

describe('a policy around functions', () => {
  it('cannot have an agent answer instead', async () => {
    await using orchestrator = await createTestOrchestrator({ agents: [spare] })
    expect(() => orchestrator.policy('model', policy(fallback(spare.work)))).toThrow(/operation of an agent.*functions/)
  })

  it('is what policy(…) returned, and one and the same under one name', async () => {
    await using orchestrator = await createTestOrchestrator({})
    const plan = policy(retry())
    expect(orchestrator.policy('model', plan)).toBe(orchestrator.policy('model', plan))
    const codeOf = (what: unknown) => {
      try {
        orchestrator.policy('other', what as Plan)
        return 'none'
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect([undefined, null, {}, { execute: () => {} }].map(codeOf)).toEqual(Array(4).fill('policy.invalid_option'))
    expect(codeOf(plan)).toBe('none')
    expect(codeOf(policy(retry()))).toBe('policy.conflicting_share')
  })
})
