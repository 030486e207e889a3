import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { outcomeOf } from '../../testing/contracts/message-bus/bench.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { topic } from './index.js'

const News = topic('news.local', z.number())
const open = () => createTestOrchestrator({})

/** A handler that holds each message until it is let go. */
function holding() {
  const held: { readonly payload: unknown; release(failure?: unknown): void }[] = []
  const handler = (payload: unknown) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    held.push({ payload, release: (failure) => (failure === undefined ? resolve() : reject(failure)) })
    return promise
  }
  return { held, handler, payloads: () => held.map(({ payload }) => payload) }
}

describe('who gets a message', () => {
  it('is everyone whose topic or pattern it fits, and nobody else', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: string[] = []
    const patterns = ['news.*', 'news.**', '*.local', '**', 'news', 'news.*.more', 'new.*', '*', 'news.local.**']
    for (const pattern of patterns) bus.subscribe(pattern, () => heard.push(pattern))
    bus.subscribe(News, () => heard.push('the topic'))
    await bus.publish(News, 1)
    await someTurns()
    expect(heard.toSorted()).toEqual(['**', '*.local', 'news.*', 'news.**', 'the topic'])
  })

  it('is not who subscribes later, nor who has left', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: string[] = []
    const left = bus.subscribe('news.*', () => heard.push('left'))
    left[Symbol.dispose]()
    left[Symbol.dispose]()
    await bus.publish(News, 1)
    bus.subscribe(News, () => heard.push('late'))
    await someTurns()
    expect([heard, left.isLive, bus.subscriptions.length]).toEqual([[], false, 1])
  })

  it('is one member of each group, in turn, and one whose filter lets it pass', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: string[] = []
    bus.subscribe(News, (value) => heard.push(`a${value}`), { group: 'g' })
    bus.subscribe(News, (value) => heard.push(`b${value}`), { group: 'g', filter: (value) => value % 2 === 0 })
    bus.subscribe(News, (value) => heard.push(`c${value}`), { group: 'other' })
    for (const value of [1, 2, 3, 5]) await bus.publish(News, value)
    await someTurns()
    expect(heard.toSorted()).toEqual(['a1', 'a3', 'a5', 'b2', 'c1', 'c2', 'c3', 'c5'])
  })

  it('a handler may end its own subscription, and another, while it is called', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: string[] = []
    const own = bus.subscribe(News, () => {
      heard.push('own')
      own[Symbol.dispose]()
      other[Symbol.dispose]()
    })
    const other = bus.subscribe(News, () => heard.push('other'))
    bus.subscribe(News, () => heard.push('last'))
    await bus.publish(News, 1)
    await bus.publish(News, 2)
    await someTurns()
    expect(heard).toEqual(['own', 'last', 'last'])
    expect(bus.deadLetters.counts).toEqual({ unsubscribed: 1 })
  })

  it('a filter that ends its own subscription, or throws, lets nothing pass', async () => {
    await using orchestrator = await open()
    const { bus, events } = orchestrator
    const heard: number[] = []
    const own = bus.subscribe(News, (value) => heard.push(value), {
      filter: () => {
        own[Symbol.dispose]()
        return true
      },
    })
    const throwing = bus.subscribe(News, (value) => heard.push(value), {
      filter: () => {
        throw new RangeError('no')
      },
    })
    await bus.publish(News, 1)
    await someTurns()
    expect([heard, throwing.failed]).toEqual([[], 1])
    expect(events.map(({ type }) => type)).toContain('handler.failed')
  })
})

describe('the order', () => {
  it('is that of publishing for one priority, and the more urgent first', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: number[] = []
    bus.subscribe(News, (value) => heard.push(value))
    for (const [value, priority] of [
      [1, 'low'],
      [2, 'low'],
      [3, 'normal'],
      [4, 'high'],
      [5, 'critical'],
      [6, 'critical'],
    ] as const) {
      void bus.publish(News, value, { priority })
    }
    await someTurns()
    expect(heard).toEqual([5, 6, 4, 3, 1, 2])
  })

  it('holds among publishers that wait, where the more urgent are let in first', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { handler, held, payloads } = holding()
    bus.subscribe(News, handler, { queue: { max: 1 } })
    void bus.publish(News, 0)
    await someTurns()
    for (const value of [1, 2, 3]) void bus.publish(News, value, { priority: 'low' })
    void bus.publish(News, 4, { priority: 'critical' })
    for (let step = 0; step < 5; step++) {
      await someTurns()
      held[step]?.release()
    }
    await someTurns()
    expect(payloads()).toEqual([0, 1, 4, 2, 3])
  })
})

describe('how much is handled at once', () => {
  it('is one message, unless the subscription says how many', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const [one, three] = [holding(), holding()]
    const strict = bus.subscribe(News, one.handler)
    const wide = bus.subscribe(News, three.handler, { concurrency: 3 })
    for (let value = 0; value < 5; value++) await bus.publish(News, value)
    await someTurns()
    expect([one.payloads(), three.payloads()]).toEqual([[0], [0, 1, 2]])
    expect([strict.inFlight, strict.queued, wide.inFlight, wide.queued]).toEqual([1, 4, 3, 2])
    three.held[1]?.release()
    await someTurns()
    expect([three.payloads(), wide.delivered]).toEqual([[0, 1, 2, 3], 1])
  })
})

describe('a subscription that is full', () => {
  it('has publishers wait until there is room', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { handler, held, payloads } = holding()
    bus.subscribe(News, handler, { queue: { max: 1 } })
    const [first, second, third] = [bus.publish(News, 1), bus.publish(News, 2), bus.publish(News, 3)]
    expect(await outcomeOf(first)).toBe('resolved')
    expect([await outcomeOf(second), await outcomeOf(third)]).toEqual(['resolved', 'pending'])
    held[0]?.release()
    expect(await outcomeOf(third)).toBe('resolved')
    held[1]?.release()
    await someTurns()
    expect(payloads()).toEqual([1, 2, 3])
  })

  it('lets its publishers go when it ends, and keeps what they brought among the dead', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const own = bus.subscribe(News, holding().handler, { queue: { max: 1 } })
    void bus.publish(News, 1)
    await someTurns()
    void bus.publish(News, 2)
    const waiting = bus.publish(News, 3)
    own[Symbol.dispose]()
    expect(await outcomeOf(waiting)).toBe('resolved')
    expect(bus.deadLetters.list.map(({ message, reason }) => [message.payload, reason])).toEqual([
      [2, 'unsubscribed'],
      [3, 'unsubscribed'],
    ])
  })

  it('takes the same prebuilt message twice, from publishers that wait', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { handler, held, payloads } = holding()
    bus.subscribe(News, handler, { queue: { max: 1 } })
    bus.subscribe('news.*', (_payload, message) => (prebuilt ??= message), { concurrency: 1 })
    let prebuilt: Parameters<typeof bus.publish>[0] | undefined
    await bus.publish(News, 7)
    await someTurns()
    const again = [1, 2, 3].map(() => bus.publish(prebuilt as never))
    expect(await Promise.all(again.map(outcomeOf))).toEqual(['resolved', 'pending', 'pending'])
    for (const step of [0, 1, 2, 3]) {
      held[step]?.release()
      await someTurns()
    }
    expect([payloads(), await Promise.all(again.map(outcomeOf))]).toEqual([
      [7, 7, 7, 7],
      ['resolved', 'resolved', 'resolved'],
    ])
  })

  it.each([
    ['drop-oldest', [0, 2], 'resolved', [1]],
    ['drop-newest', [0, 1], 'resolved', [2]],
    ['fail', [0, 1], 'bus.full', [2]],
  ] as const)('does what it says: %s', async (whenFull, handled, outcome, dead) => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { handler, held, payloads } = holding()
    bus.subscribe(News, handler, { queue: { max: 1, whenFull } })
    await bus.publish(News, 0)
    await someTurns()
    await bus.publish(News, 1)
    expect(await outcomeOf(bus.publish(News, 2))).toBe(outcome)
    held[0]?.release()
    await someTurns()
    expect(payloads()).toEqual(handled)
    expect(bus.deadLetters.list.map(({ message }) => message.payload)).toEqual(dead)
  })

  it('keeps nobody else from being told, and says so to the publisher', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: number[] = []
    bus.subscribe(News, holding().handler, { name: 'small', queue: { max: 1, whenFull: 'fail' } })
    bus.subscribe(News, (value) => heard.push(value))
    await bus.publish(News, 0)
    await someTurns()
    await bus.publish(News, 1)
    await expect(bus.publish(News, 2)).rejects.toMatchObject({
      code: 'bus.full',
      message: expect.stringMatching('small'),
    })
    await someTurns()
    expect(heard).toEqual([0, 1, 2])
  })

  it('lets only so many publishers wait', async () => {
    await using orchestrator = await createTestOrchestrator({ settings: { bus: { maxWaiting: 1 } } })
    const { bus } = orchestrator
    bus.subscribe(News, holding().handler, { queue: { max: 1 } })
    void bus.publish(News, 0)
    await someTurns()
    void bus.publish(News, 1)
    const [waits, refused] = [bus.publish(News, 2), bus.publish(News, 3)]
    expect([await outcomeOf(waits), await outcomeOf(refused)]).toEqual(['pending', 'bus.full'])
    void waits.catch(() => {})
    await orchestrator.close({ drainMs: 0 }).catch(() => {})
  })
})
