import { ConstantBackoff, handleAll, retry as cockatielRetry } from 'cockatiel'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type LifecycleEventName, type Operation, operation, type Policy } from '../index.js'
import { createTestOrchestrator, type TestOrchestrator } from '../testing/index.js'

const Any = z.any()
type Run = Parameters<typeof operation<typeof Any, typeof Any>>[0]['run']
const always = () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))

/** An agent of one operation. */
const worker = (run: Run, policy: Policy) =>
  agent('worker', { work: operation({ input: Any, output: Any, run }) }, { policy })

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

describe('a policy of another library', () => {
  it('stands around an agent, and the tries are counted', async () => {
    const seen: unknown[] = []
    const own = cockatielRetry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) }) as unknown as Policy
    const one = worker((_, call) => {
      seen.push([call.attempt, call.idempotencyKey()])
      return call.attempt < 3 ? always() : 'done'
    }, own)
    // Its waits are real: virtual time must not run ahead of them.
    await using orchestrator = await createTestOrchestrator({ agents: [one], clock: 'manual' })
    expect(await orchestrator.ask(one.work, 1)).toBe('done')
    const [[, key]] = seen as [[number, string]]
    expect(seen).toEqual([1, 2, 3].map((attempt) => [attempt, key]))
    expect(detailsOf(orchestrator, 'call.finished')).toMatchObject([{ attempts: 3 }])
  })

  it('sees the signal of the call, and its try the signal of the policy', async () => {
    const signals: unknown[] = []
    const own: Policy = {
      execute: (work, signal) => {
        const mine = new AbortController()
        signal?.addEventListener('abort', () => mine.abort(new Error('passed on', { cause: signal.reason })))
        return work({ signal: mine.signal })
      },
    }
    const one = worker((_, { signal }) => {
      signal.addEventListener('abort', () => signals.push(signal.reason))
      return new Promise(() => {})
    }, own)
    await using orchestrator = await createTestOrchestrator({ agents: [one] })
    const stop = new AbortController()
    const failed = failureOf(orchestrator, one.work, { signal: stop.signal })
    await orchestrator.advance(1)
    stop.abort('enough')
    expect(await failed).toMatchObject({ code: 'call.cancelled', cause: 'enough' })
    expect(signals).toMatchObject([{ message: 'passed on', cause: 'enough' }])
  })

  it('may refuse, throw, or return what is no promise of ours', async () => {
    const refusal = new RangeError('not today')
    const policies: readonly (readonly [Policy, unknown])[] = [
      [{ execute: () => Promise.reject(refusal) }, { code: 'agent.failed', cause: refusal }],
      [
        {
          execute: () => {
            throw refusal
          },
        },
        { code: 'agent.failed', cause: refusal },
      ],
      [
        {
          execute: (work) => {
            const done = work({ signal: new AbortController().signal })
            // oxlint-disable-next-line unicorn/no-thenable
            return { then: done.then.bind(done) } as typeof done
          },
        },
        { code: 'none' },
      ],
    ]
    for (const [own, expected] of policies) {
      const one = worker(() => 'done', own)
      await using orchestrator = await createTestOrchestrator({ agents: [one] })
      expect(await failureOf(orchestrator, one.work)).toMatchObject(expected as object)
    }
  })
})
