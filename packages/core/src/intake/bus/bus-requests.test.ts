import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { someTurns } from '../../testing/contracts/turns.js'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { topic } from './index.js'

const Double = topic('double', z.number(), { reply: z.number() })
const Name = topic('name', z.number(), { reply: z.string() })
const open = () => createTestOrchestrator({})

/** A responder that never answers, and the signals that it was given. */
function silent() {
  const signals: AbortSignal[] = []
  const asked: number[] = []
  const responder = (value: number, _message: unknown, { signal }: { readonly signal: AbortSignal }) => {
    asked.push(value)
    signals.push(signal)
    return new Promise<never>(() => {})
  }
  return { signals, asked, responder }
}

describe('a request', () => {
  it('is answered by a value or a promise, through the schemas of its topic', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const Slow = topic('slow', z.string().transform(Number), { reply: z.number().default(7) })
    bus.respond(Double, (value) => value * 2)
    bus.respond(Slow, async (value) => (value === 0 ? undefined : value))
    expect(await bus.request(Double, 4)).toBe(8)
    expect([await bus.request(Slow, '3'), await bus.request(Slow, '0')]).toEqual([3, 7])
  })

  it('passes schemas that take their time', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const slow = z.number().refine(async (value) => value < 100)
    const Slow = topic('slow', slow, { reply: slow })
    const heard: number[] = []
    bus.subscribe(Slow, (value) => heard.push(value))
    bus.respond(Slow, (value) => value * 10)
    await bus.publish(Slow, 5)
    expect([await bus.request(Slow, 5), heard]).toEqual([50, [5]])
    await expect(bus.publish(Slow, 500)).rejects.toMatchObject({ code: 'bus.invalid_payload' })
    await expect(bus.request(Slow, 500)).rejects.toMatchObject({ code: 'bus.invalid_payload' })
    await expect(bus.request(Slow, 50)).rejects.toMatchObject({ code: 'bus.invalid_payload' })
    expect(await bus.pipeline([Slow, Slow], 0)).toBe(0)
  })

  it('fails at once where nobody responds, or nobody whose filter lets it pass', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    await expect(bus.request(Double, 4)).rejects.toMatchObject({ code: 'bus.no_responder' })
    bus.respond(Double, (value) => value * 2, { filter: (value) => value > 10 })
    await expect(bus.request(Double, 4)).rejects.toMatchObject({ code: 'bus.no_responder' })
    expect([await bus.request(Double, 11), orchestrator.elapsedMs()]).toEqual([22, 0])
  })

  it('reaches one of several who respond, in turn, whatever their groups, and one whose filter lets it pass', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    bus.respond(Name, () => 'a')
    bus.respond(Name, () => 'b', { group: 'g' })
    bus.respond(Name, () => 'c', { filter: (value) => value === 2 })
    const names: string[] = []
    for (const value of [1, 1, 1, 2, 2, 2]) names.push(await bus.request(Name, value))
    expect(names).toEqual(['a', 'b', 'a', 'b', 'c', 'a'])
  })

  it('fails by what the responder throws or rejects with', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const broken = new RangeError('broken')
    const own = bus.respond(Double, (value) => {
      if (value === 1) throw broken
      return Promise.reject(broken)
    })
    await expect(bus.request(Double, 1)).rejects.toBe(broken)
    await expect(bus.request(Double, 2)).rejects.toBe(broken)
    expect([own.failed, own.delivered]).toEqual([2, 0])
  })

  it('fails where the payload, or the reply, does not fit', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    bus.respond(Double, (value) => (value === 1 ? 'one' : Promise.resolve('two')) as never)
    for (const payload of ['x' as never, 1, 2]) {
      await expect(bus.request(Double, payload)).rejects.toMatchObject({ code: 'bus.invalid_payload' })
    }
  })

  it('times out, and its responder is told, also where it asks only later', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    let late: AbortSignal | undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    const { responder, signals } = silent()
    bus.respond(
      Double,
      async (value, message, delivery) => {
        if (value === 1) return responder(value, message, delivery)
        await promise
        late = delivery.signal
        return 1
      },
      { concurrency: 2 },
    )
    const outcomes = Promise.allSettled([1, 2].map((value) => bus.request(Double, value, { timeoutMs: 50 })))
    await someTurns()
    await orchestrator.advance(49)
    expect(signals[0]?.aborted).toBe(false)
    await orchestrator.advance(1)
    expect((await outcomes).map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual([
      'bus.timed_out',
      'bus.timed_out',
    ])
    resolve()
    await someTurns()
    expect([signals[0]?.aborted, late?.aborted]).toEqual([true, true])
  })

  it('that is aborted before, or while it waits, is not begun', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { responder, asked, signals } = silent()
    bus.respond(Double, responder)
    const first = bus.request(Double, 1, { timeoutMs: 10 })
    first.catch(() => {})
    const controller = new AbortController()
    const waiting = bus.request(Double, 2, { signal: controller.signal })
    const reason = new RangeError('nobody waits')
    controller.abort(reason)
    await expect(waiting).rejects.toMatchObject({ code: 'bus.cancelled', cause: reason })
    await expect(bus.request(Double, 3, { signal: controller.signal })).rejects.toMatchObject({ code: 'bus.cancelled' })
    await someTurns()
    expect([asked, signals.length]).toEqual([[1], 1])
  })

  it('that is aborted while it is handled tells its responder why', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const { responder, signals } = silent()
    bus.respond(Double, responder)
    const controller = new AbortController()
    const asked = bus.request(Double, 1, { signal: controller.signal })
    await someTurns()
    controller.abort('enough')
    await expect(asked).rejects.toMatchObject({ code: 'bus.cancelled', cause: 'enough' })
    expect(signals[0]?.reason).toMatchObject({ code: 'bus.cancelled' })
  })

  it('fails where its responder leaves or is full, or it expires, before its turn', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const own = bus.respond(Double, silent().responder, { queue: { max: 1, whenFull: 'fail' } })
    const first = bus.request(Double, 1, { timeoutMs: 100 })
    first.catch(() => {})
    await someTurns()
    const second = bus.request(Double, 2)
    await expect(bus.request(Double, 3)).rejects.toMatchObject({ code: 'bus.full' })
    own[Symbol.dispose]()
    await expect(second).rejects.toMatchObject({ code: 'bus.no_responder' })
    bus.respond(Double, (value) => value)
    await expect(bus.request(Double, 4, { expiresInMs: 0 })).rejects.toMatchObject({ code: 'bus.expired' })
  })

  it('that waits outside a full responder is told when it leaves', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const own = bus.respond(Double, silent().responder, { queue: { max: 1 } })
    const asked = [1, 2, 3].map((value) => bus.request(Double, value))
    const outcomes = Promise.allSettled(asked.slice(1))
    asked[0]?.catch(() => {})
    await someTurns()
    own[Symbol.dispose]()
    expect((await outcomes).map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual([
      'bus.no_responder',
      'bus.no_responder',
    ])
  })

  it.each([
    [{ timeoutMs: 0 }],
    [{ timeoutMs: Number.NaN }],
    [{ timeoutMs: '5' }],
    [{ signal: 'stop' }],
    [{ signal: {} }],
  ])('with an option that cannot be is refused: %j', async (options) => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    bus.respond(Double, (value) => value)
    const invalid = { code: 'bus.invalid_option' }
    await expect(bus.request(Double, 1, options as never)).rejects.toMatchObject(invalid)
    await expect(bus.broadcast(Double, 1, options as never)).rejects.toMatchObject(invalid)
    // What was not made must not time out later either.
    await orchestrator.advance(100_000)
  })
})

describe('a broadcast', () => {
  async function three() {
    const orchestrator = await open()
    const { bus } = orchestrator
    bus.respond(Name, () => 'a')
    bus.respond(Name, async () => 'b', { group: 'g' })
    bus.respond(Name, () => {
      throw new RangeError('broken')
    })
    return orchestrator
  }

  it('gathers all who answer, the first, or a quorum', async () => {
    await using orchestrator = await three()
    const { bus } = orchestrator
    expect((await bus.broadcast(Name, 1)).toSorted()).toEqual(['a', 'b'])
    expect(await bus.broadcast(Name, 1, { gather: 'first' })).toEqual(['a'])
    expect((await bus.broadcast(Name, 1, { gather: { quorum: 2 } })).toSorted()).toEqual(['a', 'b'])
  })

  it('fails as soon as a quorum cannot be reached, at once where too few are there', async () => {
    await using orchestrator = await three()
    const { bus } = orchestrator
    await expect(bus.broadcast(Name, 1, { gather: { quorum: 3 } })).rejects.toMatchObject({
      code: 'bus.no_quorum',
      details: { wanted: 3, failed: 1 },
      cause: expect.any(RangeError),
    })
    await expect(bus.broadcast(Double, 1, { gather: 'first' })).rejects.toMatchObject({ code: 'bus.no_quorum' })
    expect(await bus.broadcast(Double, 1)).toEqual([])
  })

  it.each([['some'], [null], [1n], [{ quorum: 0 }], [{ quorum: 1.5 }], [{}]])(
    'is refused for gather: %s',
    async (gather) => {
      await using orchestrator = await three()
      const refused = orchestrator.bus.broadcast(Name, 1, { gather: gather as never })
      await expect(refused).rejects.toMatchObject({ code: 'bus.invalid_option' })
    },
  )

  it('is refused after close, also where nobody would respond', async () => {
    const orchestrator = await open()
    await orchestrator.close()
    await expect(orchestrator.bus.broadcast(Name, 1)).rejects.toMatchObject({ code: 'bus.closed' })
  })
})

describe('a pipeline', () => {
  it('asks under one topic after the other', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    bus.respond(Double, (value) => value * 2)
    bus.respond(Name, (value) => `number ${value}`)
    expect(await bus.pipeline([Double, Double, Name], 1)).toBe('number 4')
  })

  it('ends where one fails', async () => {
    await using orchestrator = await open()
    const { bus } = orchestrator
    const heard: number[] = []
    bus.respond(Name, (value) => `${heard.push(value)}`)
    await expect(bus.pipeline([Double, Name], 1)).rejects.toMatchObject({ code: 'bus.no_responder' })
    expect(heard).toEqual([])
  })
})
