import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import { someTurns } from '../turns.js'
import { hearing, holding, type MessageBusUnderTest, messageFor, outcomeOf, publish } from './bench.js'

/** Whom messages reach, when, and in which order. */
export const publishing: readonly ContractCase<MessageBusUnderTest>[] = [
  {
    name: 'a message for everyone reaches those subscribed to its operation, by its name or a pattern',
    run: async ({ port }) => {
      const heard: string[] = []
      const topics = ['a.b', 'a.*', '*.b', 'a.**', '**', 'a', 'a.*.c', 'a.b.**', '*', 'b.*']
      for (const topic of topics) port.bus.subscribe({ topic }, () => heard.push(topic))
      await port.bus.publish(messageFor(port, { operation: 'a.b' }))
      await someTurns()
      assert.deepEqual(heard.toSorted(), ['**', '*.b', 'a.*', 'a.**', 'a.b'])
    },
  },
  {
    name: 'a message for an agent or a group reaches those subscribed to that, and nobody else',
    run: async ({ port }) => {
      const heard: string[] = []
      const addresses = [{ agent: 'work' }, { group: 'work' }, { topic: 'work' }, { topic: '**' }, { agent: 'b' }]
      for (const address of addresses) port.bus.subscribe(address, () => heard.push(JSON.stringify(address)))
      await port.bus.publish(messageFor(port, { receiver: { agent: 'work' } }))
      await someTurns()
      assert.deepEqual(heard, ['{"agent":"work"}'])
      await port.bus.publish(messageFor(port, { receiver: { group: 'work' } }))
      await someTurns()
      assert.deepEqual(heard, ['{"agent":"work"}', '{"group":"work"}'])
    },
  },
  {
    name: 'a subscription made later does not get it',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      const published = port.bus.publish(messageFor(port))
      port.bus.subscribe({ topic: 'work' }, handler)
      await published
      await someTurns()
      assert.deepEqual(heard, [])
    },
  },
  {
    name: 'messages of one sender, topic and priority come in the order in which they were published',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      port.bus.subscribe({ topic: 'work' }, handler, { queue: { max: 3 } })
      const payloads = Array.from({ length: 20 }, (_, index) => index)
      await Promise.all(payloads.map((payload) => port.bus.publish(messageFor(port, { payload }))))
      await someTurns()
      assert.deepEqual(heard, payloads)
    },
  },
  {
    name: 'more urgent messages go first',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      port.bus.subscribe({ topic: 'work' }, handler)
      const priorities = ['low', 'normal', 'high', 'critical'] as const
      await Promise.all(
        priorities.map((priority) => port.bus.publish(messageFor(port, { priority, payload: priority }))),
      )
      await someTurns()
      assert.deepEqual(heard, ['critical', 'high', 'normal', 'low'])
    },
  },
  {
    name: 'none waits for ever, however many are more urgent',
    run: async ({ port }) => {
      const { heard, handler, release } = holding()
      port.bus.subscribe({ topic: 'work' }, handler)
      await port.bus.publish(messageFor(port, { priority: 'low', payload: 'first' }))
      await someTurns()
      await port.bus.publish(messageFor(port, { priority: 'low', payload: 'low' }))
      for (let step = 0; step < 1_000 && !heard.includes('low'); step++) {
        await port.bus.publish(messageFor(port, { priority: 'critical' }))
        await port.bus.publish(messageFor(port, { priority: 'high' }))
        await release()
      }
      assert(heard.includes('low'), 'it still waits, with 1,000 others handled before it')
    },
  },
  {
    name: 'publish resolves when a message is taken in, not when it is handled; at once where nobody is subscribed',
    run: async ({ port }) => {
      assert.equal(await outcomeOf(port.bus.publish(messageFor(port))), 'resolved')
      port.bus.subscribe({ topic: 'work' }, holding().handler)
      assert.equal(await outcomeOf(port.bus.publish(messageFor(port))), 'resolved')
      assert.equal(await outcomeOf(port.bus.publish(messageFor(port))), 'resolved')
    },
  },
  {
    name: 'publish waits for a subscription that is full',
    run: async ({ port }) => {
      const { heard, handler, release } = holding()
      port.bus.subscribe({ topic: 'work' }, handler, { queue: { max: 1, whenFull: 'wait' } })
      await publish(port, 1)
      await someTurns()
      await publish(port, 2)
      const waiting = port.bus.publish(messageFor(port, { payload: 3 }))
      assert.equal(await outcomeOf(waiting), 'pending')
      await release()
      assert.equal(await outcomeOf(waiting), 'resolved')
      await release()
      assert.deepEqual(heard, [1, 2, 3])
    },
  },
  {
    name: 'publish rejects with bus.full where one refuses it, the others having taken it in',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      port.bus.subscribe({ topic: 'work' }, holding().handler, { queue: { max: 1, whenFull: 'fail' } })
      port.bus.subscribe({ topic: 'work' }, handler)
      await publish(port, 1)
      await someTurns()
      await publish(port, 2)
      assert.equal(await outcomeOf(port.bus.publish(messageFor(port, { payload: 3 }))), 'bus.full')
      assert.deepEqual(heard, [1, 2, 3])
    },
  },
  {
    name: 'a subscription that is full drops the oldest, or the newest, where it says so',
    run: async ({ port }) => {
      const [oldest, newest] = [holding(), holding()]
      const queue = (whenFull: 'drop-oldest' | 'drop-newest') => ({ queue: { max: 1, whenFull } })
      const subscriptions = [
        port.bus.subscribe({ topic: 'work' }, oldest.handler, queue('drop-oldest')),
        port.bus.subscribe({ topic: 'work' }, newest.handler, queue('drop-newest')),
      ]
      await publish(port, 1)
      await someTurns()
      await publish(port, 2, 3)
      await oldest.release()
      await newest.release()
      assert.deepEqual(
        [oldest.heard, newest.heard],
        [
          [1, 3],
          [1, 2],
        ],
      )
      assert.deepEqual(
        subscriptions.map(({ dropped }) => dropped),
        [1, 1],
      )
    },
  },
  {
    name: 'what has expired when its turn comes is not delivered',
    run: async ({ port, advance }) => {
      const { heard, handler, release } = holding()
      const own = port.bus.subscribe({ topic: 'work' }, handler)
      await publish(port, 1)
      await someTurns()
      const now = port.stamp.now()
      await port.bus.publish(messageFor(port, { payload: 2, expiresAt: now + 20 }))
      await port.bus.publish(messageFor(port, { payload: 3, expiresAt: now + 60_000 }))
      await advance(30)
      await release()
      assert.deepEqual([heard, own.expired], [[1, 3], 1])
    },
  },
]
