import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type BudgetLimits,
  type CallContext,
  circuitBreaker,
  createMessage,
  type Operation,
  operation,
  type Plan,
  policy,
  reply,
  retry,
  type Usage,
} from '../index.js'
import { createTestOrchestrator, type TestOrchestrator } from '../testing/index.js'

const Any = z.any()
type Run = Parameters<typeof operation<typeof Any, typeof Any>>[0]['run']
const passing = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const worker = (name: string, run: Run, own: Plan = policy()) =>
  agent(name, { work: operation({ input: Any, output: Any, run }) }, { policy: own })
const idle = worker('idle', () => 'done')

const failureOf = (asked: Promise<unknown>): Promise<{ code: string; details?: unknown; message?: string }> =>
  asked.then(
    () => ({ code: 'none' }),
    (error: { code: string }) => error,
  )

/** Has an agent do something within a request with a budget. */
async function within<Result>(
  budget: BudgetLimits | undefined,
  run: (call: CallContext) => Promise<Result> | Result,
  settings: BudgetLimits = {},
  look: (orchestrator: TestOrchestrator) => void = () => {},
): Promise<Result> {
  const one = worker('one', (_, call) => run(call))
  await using orchestrator = await createTestOrchestrator({
    agents: [one, idle, thrifty, failing],
    settings: { budget: settings },
  })
  const done = orchestrator.ask(one.work, 1, { budget, timeoutMs: 10_000 })
  await done.catch(() => {})
  look(orchestrator)
  return done as Promise<Result>
}
/** Consumes what it is asked to. */
const thrifty = worker('thrifty', (usage: Usage, { spend }) => spend(usage))
const failing = worker('failing', (usage: Usage, { spend }) => {
  spend(usage)
  throw new Error('no')
})
const exceeded = (limit: string, allowed: number, used: number, wanted: number) => ({
  code: 'budget.exceeded',
  details: { limit, allowed, used, wanted },
})

describe('the budget of a request', () => {
  it('bounds its calls, the first included, and the one too many is not made', async () => {
    let made = 0
    const look = (orchestrator: TestOrchestrator) => {
      const { events } = orchestrator
      made = orchestrator.calls(idle.work).filter(({ failure }) => failure === undefined).length
      expect(events.filter(({ type }) => type === 'budget.exceeded')).toMatchObject([
        { limit: 'calls', message: { receiver: { agent: 'idle' } }, failure: { code: 'budget.exceeded' } },
      ])
    }
    const failed = within(
      { calls: 3 },
      async ({ ask }) => {
        for (let count = 0; count < 5; count++) await ask(idle.work, count)
      },
      {},
      look,
    )
    expect(await failureOf(failed)).toMatchObject({ ...exceeded('calls', 3, 3, 1), retryable: false })
    expect(made).toBe(2)
  })

  it('names who was not called, and what to do about it', async () => {
    const { message } = await failureOf(within({ calls: 1 }, ({ ask }) => ask(idle.work, 1)))
    expect(message).toBe(
      'idle.work was not called: the request may use 1 calls, has used 1, and this takes 1. ' +
        'See what it spends them on, or allow more: ask(operation, input, { budget: { calls } }).',
    )
  })

  it('counts no retries', async () => {
    const flaky = worker(
      'flaky',
      (_, { attempt }) => {
        if (attempt < 4) throw passing()
        return 'done'
      },
      policy(retry({ attempts: 4, baseMs: 1 })),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [flaky] })
    expect(await orchestrator.ask(flaky.work, 1, { budget: { calls: 1 } })).toBe('done')
  })

  it('bounds how many calls one try of a call makes, however often that is tried', async () => {
    const wide = worker(
      'wide',
      async (count: number, { ask, attempt }) => {
        await Promise.all(Array.from({ length: count }, () => ask(idle.work, 1)))
        if (attempt === 1) throw passing()
        return 'done'
      },
      policy(retry({ baseMs: 1 })),
    )
    await using orchestrator = await createTestOrchestrator({ agents: [wide, idle] })
    expect(await orchestrator.ask(wide.work, 3, { budget: { fanOut: 3 } })).toBe('done')
    expect(await failureOf(orchestrator.ask(wide.work, 4, { budget: { fanOut: 3 } }))).toMatchObject(
      exceeded('fanOut', 3, 3, 1),
    )
  })

  it('ends agents that ask each other in a circle', async () => {
    let calls = 0
    const asked: { a?: Operation<unknown, unknown> } = {}
    const b = worker('b', (_, { ask }) => ask(asked.a as Operation<unknown, unknown>, 1))
    const a = worker('a', (_, { ask }) => {
      calls++
      return ask(b.work, 1)
    })
    asked.a = a.work
    await using orchestrator = await createTestOrchestrator({ agents: [a, b] })
    expect(await failureOf(orchestrator.ask(a.work, 1))).toMatchObject(exceeded('depth', 64, 64, 65))
    expect(calls).toBe(33)
    expect(await failureOf(orchestrator.ask(a.work, 1, { budget: { depth: 0 } }))).toMatchObject(
      exceeded('depth', 0, 0, 1),
    )
  })

  it('bounds its time', async () => {
    const failed = within({ wallMs: 50 }, () => new Promise(() => {}))
    expect(await failureOf(failed)).toMatchObject({ code: 'call.timed_out', details: { timeoutMs: 50 } })
  })

  it.each(['tokens', 'costUsd'] as const)('bounds its %s, as its agents tell of them', async (limit) => {
    const failed = within({ [limit]: 10 }, async ({ ask, budget }) => {
      await ask(thrifty.work, { [limit]: 6 })
      expect(budget()).toEqual({ [limit]: 4 })
      await failureOf(ask(failing.work, { [limit]: 6 }))
      expect(budget()).toEqual({ [limit]: 0 })
      await ask(idle.work, 1)
    })
    expect(await failureOf(failed)).toMatchObject(exceeded(limit, 10, 12, 0))
  })

  it('is the narrowest of what settings and options say, limit by limit', async () => {
    expect(await within({ calls: 9, tokens: 5 }, ({ budget }) => budget(), { calls: 4, costUsd: 2 })).toEqual({
      calls: 3,
      tokens: 5,
      costUsd: 2,
    })
    expect(await within(undefined, ({ budget }) => budget())).toEqual({})
  })

  it('travels with the messages, as what is left, and is kept to where they arrive', async () => {
    const left: unknown[] = []
    await within(
      { calls: 9, tokens: 100 },
      async ({ ask, spend }) => {
        spend({ tokens: 30 })
        await ask(idle.work, 1, { estimate: { tokens: 10 } })
      },
      {},
      (orchestrator) => left.push(orchestrator.calls(idle.work)[0]?.message.budget),
    )
    expect(left).toEqual([{ calls: 8, tokens: 70 }])

    const one = worker('one', (_, { budget }) => budget())
    await using orchestrator = await createTestOrchestrator({ agents: [one], settings: { budget: { tokens: 50 } } })
    const send = (budget: object) => {
      const init = { sender: 'elsewhere', receiver: { agent: 'one' }, operation: 'work', payload: 1, budget }
      return orchestrator.send(createMessage(init, { newId: () => 'an-id', now: () => orchestrator.clock.now() }))
    }
    expect((await send({ calls: 8, tokens: 70 })).payload).toEqual({ calls: 7, tokens: 50 })
    expect((await send({ calls: 0 })).payload).toMatchObject({ code: 'budget.exceeded' })
  })
})

describe('an estimate', () => {
  it('is set aside while the call is under way, so that calls beside each other do not overspend together', async () => {
    const codes = await within({ tokens: 100 }, async ({ ask, budget }) => {
      const asked = [1, 2, 3].map(() => failureOf(ask(thrifty.work, { tokens: 35 }, { estimate: { tokens: 40 } })))
      expect(budget()).toEqual({ tokens: 20 })
      const ended = await Promise.all(asked)
      expect(budget()).toEqual({ tokens: 30 })
      return ended.map(({ code }) => code)
    })
    expect(codes).toEqual(['none', 'none', 'budget.exceeded'])
  })

  it('counts where the call tells nothing, or is stopped before it could', async () => {
    const slow = worker('slow', (_, { spend }) => {
      spend({ tokens: 5 })
      return new Promise(() => {})
    })
    const one = worker('one', async (_, { ask, budget }) => {
      await ask(idle.work, 1, { estimate: { tokens: 10 } })
      const afterIdle = budget().tokens
      await failureOf(ask(slow.work, 1, { estimate: { tokens: 20 }, timeoutMs: 10 }))
      return [afterIdle, budget().tokens]
    })
    await using orchestrator = await createTestOrchestrator({ agents: [one, slow, idle] })
    expect(await orchestrator.ask(one.work, 1, { budget: { tokens: 100 } })).toEqual([90, 70])
  })

  it('is given back where nothing was called, or nobody was waiting any more', async () => {
    const broken = worker(
      'broken',
      () => Promise.reject(passing()),
      policy(circuitBreaker({ opensAfter: { consecutive: 1 } })),
    )
    const one = worker('one', async (_, { ask, budget }) => {
      await failureOf(ask(broken.work, 1))
      const codes = [
        await failureOf(ask(broken.work, 1, { estimate: { tokens: 60 } })),
        await failureOf(ask(idle.work, 1, { estimate: { tokens: 60 }, signal: AbortSignal.abort() })),
      ]
      return [...codes.map(({ code }) => code), budget().tokens]
    })
    await using orchestrator = await createTestOrchestrator({ agents: [one, broken, idle] })
    expect(await orchestrator.ask(one.work, 1, { budget: { tokens: 100 } })).toEqual([
      'circuit.open',
      'call.cancelled',
      100,
    ])
  })

  it('does not make room by being told of twice: by whoever answers without the agent, for example', async () => {
    const one = worker('one', async (_, { ask, budget }) => {
      await ask(idle.work, 1, { estimate: { tokens: 50 } })
      return budget().tokens
    })
    await using orchestrator = await createTestOrchestrator({
      agents: [one, idle],
      interceptors: [
        {
          name: 'cache',
          intercept: async (message, call, next) => {
            if (message.operation !== 'work' || message.depth === 0) return next(message)
            call.spend({ tokens: 5 })
            return reply(message, 'known', call)
          },
        },
      ],
    })
    expect(await orchestrator.ask(one.work, 1, { budget: { tokens: 100 } })).toBe(95)
  })

  it('of the first call is set aside too', async () => {
    await using orchestrator = await createTestOrchestrator({ agents: [idle] })
    const options = { budget: { tokens: 5 }, estimate: { tokens: 6 } }
    expect(await failureOf(orchestrator.ask(idle.work, 1, options))).toMatchObject(exceeded('tokens', 5, 0, 6))
  })
})

describe('what is no budget', () => {
  const nonsense: readonly (readonly [object, string])[] = [
    [{ calls: -1 }, 'a whole number from 0 or Infinity'],
    [{ calls: 1.5 }, 'a whole number'],
    [{ tokens: Number.NaN }, 'a number from 0'],
    [{ tokens: '5' }, 'a number from 0'],
    [{ costUsd: -0.1 }, 'a number from 0'],
    [{ depth: null }, 'a whole number'],
    [{ fanOut: Number.NEGATIVE_INFINITY }, 'a whole number'],
    [{ wallMs: 0 }, 'a number above 0'],
    [{ token: 1 }, 'tokens'],
    [[], 'an object'],
  ]
  it.each(nonsense)('is refused: %j', async (budget, expected) => {
    const failed = await failureOf(within(budget as BudgetLimits, () => 1))
    expect(failed).toMatchObject({ code: 'budget.invalid', message: expect.stringContaining(expected) as string })
  })

  it.each([{ tokens: -1 }, { tokens: Number.NaN }, { costUsd: Number.POSITIVE_INFINITY }, { cost: 1 }, null])(
    'nor usage: %j',
    async (usage) => {
      const spent = within({}, ({ spend }) => spend(usage as Usage))
      expect((await failureOf(spent)).code).toBe('budget.invalid')
      if (usage === null) return
      const estimated = within({}, ({ ask }) => ask(idle.work, 1, { estimate: usage as Usage }))
      expect((await failureOf(estimated)).code).toBe('budget.invalid')
    },
  )
})
