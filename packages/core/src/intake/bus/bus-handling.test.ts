import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { retry, policy } from '../../dispatch/resilience/index.js'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { outcomeOf } from '../../testing/contracts/message-bus/bench.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { busFailure, topic } from './index.js'

const News = topic('news.local', z.number())
const open = () => createTestOrchestrator({})

describe('expiry', () => {
  it('is looked at when the turn of a message comes, counted and reported', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const heard: number[] = []
    const own = bus.subscribe(News, (value) => {
      heard.push(value)
      return held
    })
    await bus.publish(News, 0)
    await bus.publish(News, 1, { expiresInMs: 10 })
    await bus.publish(News, 2, { expiresInMs: 11 })
    await orchestrator.advance(10)
    release()
    await someTurns()
    expect([heard, own.expired, bus.deadLetters.counts]).toEqual([[0, 2], 1, { expired: 1 }])
  })

  it.each(['listener', 'responder'])('is looked at before a %s tries again', async (kind) => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const Ask = topic('ask', z.number(), { reply: z.number() })
    let tries = 0
    const failing = async () => {
      tries++
      throw busFailure('bus.full', { subscription: 'another', max: 1 })
    }
    const options = {
      policy: policy(retry({ attempts: 5, baseMs: 100, jitter: 'none' })),
    }
    const own = kind === 'listener' ? bus.subscribe(Ask, failing, options) : bus.respond(Ask, failing, options)
    const asked =
      kind === 'listener' ? bus.publish(Ask, 1, { expiresInMs: 50 }) : bus.request(Ask, 1, { expiresInMs: 50 })
    const outcome = outcomeOf(asked)
    await orchestrator.advance(1_000)
    await outcome
    expect([tries, own.expired, own.failed]).toEqual([1, 1, 0])
    if (kind === 'responder') await expect(asked).rejects.toMatchObject({ code: 'bus.expired' })
  })

  it('of another request, which a handler made, is a failure of that handler', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const Ask = topic('ask', z.number(), { reply: z.number() })
    bus.respond(Ask, (value) => value)
    const own = bus.subscribe(News, () => bus.request(Ask, 1, { expiresInMs: 0 }))
    await bus.publish(News, 1)
    await someTurns()
    expect([own.expired, own.failed]).toEqual([0, 1])
  })
})

describe('a handler that fails', () => {
  /** What looks like a promise to whoever looks. */
  const lookalike = (get: () => unknown) => new Proxy({}, { get })
  const trap = () => {
    throw new TypeError('a trap')
  }
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('broken')
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('broken')
      },
    ],
    ['rejects with nothing at all', () => Promise.reject(undefined)],
    ['returns what cannot be looked at', () => lookalike(trap)],
    [
      'returns what never ends well',
      () => lookalike(() => (_: unknown, no: (failure: unknown) => void) => no('broken')),
    ],
  ])('harms nobody else, and is reported: one that %s', async (_, handler) => {
    await using orchestrator = await open()
    const { bus, events } = orchestrator
    const heard: number[] = []
    const own = bus.subscribe(News, handler as () => unknown)
    bus.subscribe(News, (value) => heard.push(value))
    await bus.publish(News, 1)
    await bus.publish(News, 2)
    await someTurns()
    expect([heard, own.failed, own.delivered, own.queued]).toEqual([[1, 2], 2, 0, 0])
    expect(events.filter(({ type }) => type === 'handler.failed')).toHaveLength(2)
    expect(bus.deadLetters.counts).toEqual({ failed: 2 })
  })
})

describe('a signal', () => {
  it('ends a subscription, and is left alone by one that has ended', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const controller = new AbortController()
    const kept = bus.subscribe(News, () => {}, { signal: controller.signal })
    const before = bus.subscribe(News, () => {}, { signal: AbortSignal.abort() })
    let listeners = 0
    const { signal } = new AbortController()
    signal.addEventListener = () => void listeners++
    signal.removeEventListener = () => void listeners--
    bus.subscribe(News, () => {}, { signal })[Symbol.dispose]()
    expect([kept.isLive, before.isLive, listeners]).toEqual([true, false, 0])
    controller.abort()
    expect([kept.isLive, bus.subscriptions]).toEqual([false, []])
  })
})
