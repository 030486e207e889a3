import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AgentMessage, createMessage, type MessageInit } from '../../ports/index.js'
import { someTurns } from '../../testing/contracts/turns.js'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { RecordingEventSink } from '../../testing/doubles/recording-event-sink.js'
import { createTestOrchestrator } from '../../testing/test-orchestrator.js'
import { LocalBus, topic } from './index.js'

const settings = { queue: 10_000, maxWaiting: 100, deadLetters: 100, requestTimeoutMs: 1_000 }
function open() {
  const clock = new ManualClock()
  return { clock, bus: new LocalBus({ clock, events: new RecordingEventSink({ clock }) }, settings) }
}
function message(payload: unknown, init: Partial<MessageInit> = {}): AgentMessage {
  const stamp = { newId: () => 'm1', now: () => 0 }
  const usual = { sender: 'me', receiver: { everyone: true }, operation: 'news', payload } as const
  return createMessage({ type: 'event', ...usual, ...init }, stamp)
}
/** As promises of other realms and libraries are. */
// oxlint-disable-next-line unicorn/no-thenable
const foreign = <Value>(value: Value) => ({ then: (done: (value: Value) => void) => done(value) })

describe('the bus', () => {
  it('leaves no timer when it is closed after a burst', async () => {
    const { clock, bus } = open()
    bus.subscribe({ topic: 'news' }, () => {})
    for (let value = 0; value < 300; value++) void bus.publish(message(value))
    await someTurns()
    await bus.close()
    expect(clock.pending).toBe(0)
  })

  it('waits for a foreign promise of a responder, and of a schema', async () => {
    await using t = await createTestOrchestrator({})
    const Ask = topic('ask', z.number(), { reply: z.number() })
    t.bus.respond(Ask, (() => foreign(7)) as never)
    expect(await t.bus.request(Ask, 1)).toBe(7)
    const validate = (value: unknown) => foreign({ value })
    const Odd = topic('odd', { '~standard': { version: 1, vendor: 'odd', validate } } as never)
    const heard: unknown[] = []
    t.bus.subscribe(Odd, (value) => heard.push(value))
    await t.bus.publish(Odd, 5 as never)
    await someTurns()
    expect(heard).toEqual([5])
  })

  it('gives a message of a group to an idle member rather than to one that is stuck', async () => {
    const { bus } = open()
    const heard: unknown[] = []
    bus.subscribe({ group: 'g' }, () => new Promise(() => {}))
    bus.subscribe({ group: 'g' }, ({ payload }) => heard.push(payload))
    for (let value = 0; value < 10; value++) {
      await bus.publish(message(value, { receiver: { group: 'g' } }))
      await someTurns()
    }
    expect(heard.length).toBeGreaterThanOrEqual(9)
  })

  it('has an idle responder answer rather than one that is stuck', async () => {
    const { bus, clock } = open()
    bus.respond({ topic: 'price' }, () => new Promise(() => {}))
    bus.respond({ topic: 'price' }, (asked) => asked)
    const codes: Promise<string>[] = []
    for (let value = 0; value < 10; value++) {
      const asked = bus.request(message(value, { operation: 'price' }))
      codes.push(
        asked.then(
          () => 'ok',
          ({ code }: { readonly code: string }) => code,
        ),
      )
      await someTurns()
    }
    clock.advance(1_000)
    expect((await Promise.all(codes)).filter((code) => code === 'ok')).toHaveLength(9)
  })

  it('has what is no priority go before nothing', async () => {
    const { bus } = open()
    const heard: unknown[] = []
    bus.subscribe({ topic: 'news' }, ({ payload }) => heard.push(payload))
    void bus.publish({ ...message('odd'), priority: 'urgent' as never })
    void bus.publish(message('usual'))
    await someTurns()
    expect(heard).toEqual(['usual', 'odd'])
  })
})
