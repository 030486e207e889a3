import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { someTurns } from '../../testing/contracts/turns.js'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { topic } from './index.js'

const News = topic('news', z.number())
const Ask = topic('ask', z.number(), { reply: z.number() })
const open = () => createTestOrchestrator({})
const forever = () => new Promise<never>(() => {})

describe('close()', () => {
  it('delivers what was accepted, also what waits outside, and resolves when it is handled', async () => {
    const orchestrator = await open()
    const { bus } = orchestrator
    const heard: number[] = []
    const handler = async (value: number) => {
      await someTurns()
      heard.push(value)
    }
    bus.subscribe(News, handler, { queue: { max: 1 } })
    const published = [1, 2, 3, 4].map((value) => bus.publish(News, value))
    await orchestrator.close()
    await Promise.all(published)
    expect([heard, bus.deadLetters.list]).toEqual([[1, 2, 3, 4], []])
  })

  it('reports what it could not deliver in time, and what was not finished, and tells the handlers', async () => {
    const orchestrator = await open()
    const { bus } = orchestrator
    let told: AbortSignal | undefined
    bus.subscribe(News, (_value, _message, { signal }) => ((told = signal), forever()), { queue: { max: 1 } })
    const published = [1, 2, 3].map((value) => bus.publish(News, value))
    await someTurns()
    published.push(bus.publish(News, 4))
    const outcomes = Promise.allSettled(published)
    bus.respond(Ask, forever)
    const asked = bus.request(Ask, 1, { timeoutMs: Number.POSITIVE_INFINITY })
    asked.catch(() => {})
    await orchestrator.close({ drainMs: 20 })
    expect(bus.deadLetters.list.map(({ message, reason }) => [message.payload, reason])).toEqual([
      [1, 'unfinished'],
      [2, 'undelivered'],
    ])
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    await expect(asked).rejects.toMatchObject({ code: 'bus.closed' })
    expect([told?.aborted, orchestrator.elapsedMs()]).toEqual([true, 20])
  })

  it('reports the unfinished of a subscription that has ended too, and each message once', async () => {
    const orchestrator = await open()
    const { bus } = orchestrator
    const own = bus.subscribe(
      News,
      (_value, _message, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    )
    await bus.publish(News, 1)
    await someTurns()
    own[Symbol.dispose]()
    await orchestrator.close({ drainMs: 20 })
    await someTurns()
    expect(bus.deadLetters.counts).toEqual({ unfinished: 1 })
  })

  it('lets nothing in afterwards, and says so', async () => {
    const orchestrator = await open()
    const { bus } = orchestrator
    bus.subscribe(News, () => {})
    await orchestrator.close()
    const closed = { code: 'bus.closed' }
    await expect(bus.publish(News, 1)).rejects.toMatchObject(closed)
    await expect(bus.request(Ask, 1)).rejects.toMatchObject(closed)
    expect(() => bus.subscribe(News, () => {})).toThrow(expect.objectContaining(closed))
    expect(() => bus.respond(Ask, () => 1)).toThrow(expect.objectContaining(closed))
    expect(bus.subscriptions).toEqual([])
  })
})

describe('dead letters', () => {
  it('are handled once more, whatever room there is, and only those that are wanted', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    let works = false
    const heard: number[] = []
    const handler = (value: number) => {
      if (!works) throw new RangeError('broken')
      heard.push(value)
    }
    bus.subscribe(News, handler, { name: 'worker', queue: { max: 1, whenFull: 'fail' } })
    for (const value of [1, 2, 3]) {
      await bus.publish(News, value, { expiresInMs: 1_000 })
      await someTurns()
    }
    await orchestrator.advance(5_000)
    works = true
    expect(bus.deadLetters.list[0]).toMatchObject({
      reason: 'failed',
      subscription: 'worker',
      failure: expect.any(RangeError),
    })
    expect(bus.deadLetters.redrive(({ message }) => message.payload !== 2)).toBe(2)
    await someTurns()
    expect([heard, bus.deadLetters.list.map(({ message }) => message.payload)]).toEqual([[1, 3], [2]])
  })

  it('wait for nobody when they are handled once more: the next publisher is not affected', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    let isBroken = true
    const own = bus.subscribe(News, () => (isBroken ? Promise.reject(new RangeError('broken')) : forever()), {
      queue: { max: 1 },
    })
    for (const value of [1, 2, 3]) await bus.publish(News, value)
    await someTurns()
    isBroken = false
    expect(bus.deadLetters.redrive()).toBe(3)
    await someTurns()
    expect([own.inFlight, own.queued]).toEqual([1, 2])
    const Other = topic('other', z.number())
    let isTakenIn = false
    void bus.publish(Other, 1).then(() => (isTakenIn = true))
    await someTurns()
    expect(isTakenIn).toBe(true)
  })

  it('are kept up to a number, and counted beyond it', async () => {
    await using orchestrator = await createTestOrchestrator({ settings: { bus: { deadLetters: 2 } } })
    const { bus } = orchestrator
    const own = bus.subscribe(News, () => {
      throw new RangeError('broken')
    })
    for (const value of [1, 2, 3]) await bus.publish(News, value)
    await someTurns()
    const payloads = () => bus.deadLetters.list.map(({ message }) => message.payload)
    expect([payloads(), bus.deadLetters.counts]).toEqual([[2, 3], { failed: 3 }])
    bus.deadLetters.redrive(({ message }) => message.payload === 3)
    expect(payloads()).toEqual([2])
    own[Symbol.dispose]()
    expect(bus.deadLetters.redrive()).toBe(0)
  })
})

describe('a middleware', () => {
  it('passes on, changes, or holds back what is published; those that came first stand outside', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: number[] = []
    bus.subscribe(News, (value) => heard.push(value))
    const first = bus.use((message, next) => next({ ...message, payload: (message.payload as number) * 10 }))
    bus.use((message, next) => ((message.payload as number) > 25 ? undefined : next(message)))
    for (const value of [1, 2, 3]) await bus.publish(News, value)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    await bus.publish(News, 4)
    await someTurns()
    expect(heard).toEqual([10, 20, 4])
  })

  it('that throws, rejects or passes on what is no message fails for the publisher alone', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const broken = new RangeError('broken')
    for (const middleware of [
      () => Promise.reject(broken),
      () => {
        throw broken
      },
    ]) {
      using _ = bus.use(middleware)
      await expect(bus.publish(News, 1)).rejects.toBe(broken)
    }
    for (const strange of [undefined, {}, 5]) {
      using _ = bus.use((_message, next) => next(strange as never))
      await expect(bus.publish(News, 1)).rejects.toMatchObject({ code: expect.stringMatching(/invalid$/) })
    }
    await bus.publish(News, 1)
  })

  it('that does not wait for the next one has the publisher wait, and told', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    bus.subscribe(News, forever, { queue: { max: 1, whenFull: 'fail' } })
    bus.use((message, next) => void next(message))
    await bus.publish(News, 1)
    await someTurns()
    await bus.publish(News, 2)
    await expect(bus.publish(News, 3)).rejects.toMatchObject({ code: 'bus.full' })
  })
})

describe('what cannot be', () => {
  it.each([
    ['an empty level in a pattern', 'a..*'],
    ['two stars that are not last', 'a.**.b'],
    ['a star within a level', 'a.b*'],
    ['NUL', 'a\0b'],
    ['the key of an agent', '\0agent writer'],
    ['nothing', ''],
    ['no text', 5],
    ['undefined', undefined],
    ['null', null],
  ])('is refused as a topic: %s', async (_, name) => {
    await using orchestrator = await open()
    const refused = expect.objectContaining({ code: expect.stringMatching(/invalid/) })
    expect(() => orchestrator.bus.subscribe(name as string, () => {})).toThrow(refused)
  })

  it.each(['__proto__', 'constructor', 'a..b', 'hasOwnProperty', 'a.__proto__.b', '.', 'toString'])(
    'is not a strange name: %s',
    async (name) => {
      await using orchestrator = await open()
      const { bus } = orchestrator
      const Strange = topic(name, z.number(), { reply: z.number() })
      const heard: unknown[] = []
      bus.subscribe(Strange, (value) => heard.push(value))
      bus.subscribe('**', (value) => heard.push(value))
      bus.respond(Strange, (value) => value + 1)
      await bus.publish(Strange, 1)
      expect([await bus.request(Strange, 1), heard]).toEqual([2, [1, 1]])
    },
  )

  it.each([
    [{ concurrency: 0 }],
    [{ concurrency: 1.5 }],
    [{ concurrency: '2' }],
    [{ filter: 'all' }],
    [{ group: '' }],
    [{ name: '' }],
    [{ queue: 5 }],
    [{ queue: { max: 0 } }],
    [{ queue: { whenFull: 'explode' } }],
    [{ queue: { maximum: 1 } }],
    [{ owner: 'me' }],
    [{ signal: 'stop' }],
    [{ priority: 'high' }],
  ])('is refused as an option, and nothing is subscribed: %j', async (options) => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const invalid = expect.objectContaining({ code: 'bus.invalid_option' })
    expect(() => bus.subscribe(News, () => {}, options as never)).toThrow(invalid)
    expect(() => bus.respond(Ask, (value) => value, options as never)).toThrow(invalid)
    expect(() => bus.subscribe(News, 'handler' as never)).toThrow(invalid)
    expect(bus.subscriptions).toEqual([])
  })

  it('is refused as a policy or a middleware', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    expect(() => bus.subscribe(News, () => {}, { policy: 5 as never })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/invalid/) }),
    )
    expect(() => bus.use(5 as never)).toThrow(expect.objectContaining({ code: 'bus.invalid_option' }))
  })

  it.each([
    undefined,
    null,
    {},
    { operation: '\0agent writer' },
    { receiver: {} },
    { receiver: { everyone: true, agent: 'writer' } },
    { receiver: { agent: 5 } },
    { priority: 'urgent' },
    { expiresAt: Number.NaN },
  ])('is refused as a message: %j', async (changes) => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const seen: object[] = []
    bus.subscribe(News, (_value, message) => seen.push(message))
    await bus.publish(News, 1)
    await someTurns()
    const message = changes && Object.keys(changes).length > 0 ? { ...seen[0], ...changes } : changes
    await expect(bus.publish(message as never)).rejects.toMatchObject({ code: expect.stringMatching(/invalid/) })
  })
})
