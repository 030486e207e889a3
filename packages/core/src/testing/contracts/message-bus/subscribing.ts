import assert from 'node:assert/strict'
import type { Policy } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { someTurns } from '../turns.js'
import { hearing, holding, type MessageBusUnderTest, messageFor, publish } from './bench.js'

const broken = new RangeError('broken')

/** How messages are handled, and until when. */
export const subscribing: readonly ContractCase<MessageBusUnderTest>[] = [
  {
    name: 'a subscription lasts until it is disposed; what waits for it then is dropped, and disposing twice does nothing',
    run: async ({ port }) => {
      const { heard, handler, release } = holding()
      const other = hearing()
      const own = port.bus.subscribe({ topic: 'work' }, handler)
      port.bus.subscribe({ topic: 'work' }, other.handler)
      await publish(port, 1)
      await someTurns()
      await publish(port, 2)
      assert.deepEqual([own.isLive, own.inFlight, own.queued], [true, 1, 1])
      own[Symbol.dispose]()
      own[Symbol.dispose]()
      await publish(port, 3)
      await release()
      assert.deepEqual([own.isLive, own.queued, heard, other.heard], [false, 0, [1], [1, 2, 3]])
    },
  },
  {
    name: 'a handler that throws, rejects or never returns harms neither other subscriptions nor publishers, and is counted',
    run: async ({ port }) => {
      const throwing = port.bus.subscribe({ topic: 'work' }, () => {
        throw broken
      })
      const rejecting = port.bus.subscribe({ topic: 'work' }, () => Promise.reject(broken))
      port.bus.subscribe({ topic: 'work' }, holding().handler)
      const { heard, handler } = hearing()
      const last = port.bus.subscribe({ topic: 'work' }, handler)
      await publish(port, 1, 2)
      await someTurns()
      assert.deepEqual([heard, throwing.failed, rejecting.failed, last.delivered], [[1, 2], 2, 2, 2])
    },
  },
  {
    name: 'messages are handled strictly one after the other, or so many at once as the subscription says',
    run: async ({ port }) => {
      const [one, two] = [holding(), holding()]
      port.bus.subscribe({ topic: 'work' }, one.handler)
      port.bus.subscribe({ topic: 'work' }, two.handler, { concurrency: 2 })
      await publish(port, 1, 2, 3)
      await someTurns()
      assert.deepEqual([one.heard, two.heard], [[1], [1, 2]])
      await one.release()
      await two.release()
      assert.deepEqual(
        [one.heard, two.heard],
        [
          [1, 2],
          [1, 2, 3],
        ],
      )
    },
  },
  {
    name: 'a filter lets a message pass, or not; one that throws lets nothing pass',
    run: async ({ port }) => {
      const [odd, none] = [hearing(), hearing()]
      port.bus.subscribe({ topic: 'work' }, none.handler, {
        filter: () => {
          throw broken
        },
      })
      port.bus.subscribe({ topic: 'work' }, odd.handler, { filter: ({ payload }) => (payload as number) % 2 === 1 })
      await publish(port, 1, 2, 3)
      await someTurns()
      assert.deepEqual([odd.heard, none.heard], [[1, 3], []])
    },
  },
  {
    name: 'of the subscriptions of one topic and group, and of those at the address of a group, each message reaches one',
    run: async ({ port }) => {
      const [one, two, other] = [hearing(), hearing(), hearing()]
      port.bus.subscribe({ topic: 'work' }, one.handler, { group: 'a' })
      port.bus.subscribe({ topic: 'work' }, two.handler, { group: 'a' })
      port.bus.subscribe({ topic: 'work' }, other.handler, { group: 'b' })
      await publish(port, 1, 2, 3, 4)
      await someTurns()
      assert.deepEqual(
        [...one.heard, ...two.heard].toSorted((a, b) => Number(a) - Number(b)),
        [1, 2, 3, 4],
      )
      assert.deepEqual(other.heard, [1, 2, 3, 4])
      const members = [hearing(), hearing()]
      for (const { handler } of members) port.bus.subscribe({ group: 'members' }, handler)
      for (const payload of [1, 2, 3])
        await port.bus.publish(messageFor(port, { receiver: { group: 'members' }, payload }))
      await someTurns()
      assert.equal(members.flatMap(({ heard }) => heard).length, 3)
    },
  },
  {
    name: 'a signal that aborts ends a subscription',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      const controller = new AbortController()
      const own = port.bus.subscribe({ topic: 'work' }, handler, { signal: controller.signal })
      await publish(port, 1)
      await someTurns()
      controller.abort()
      await publish(port, 2)
      await someTurns()
      assert.deepEqual([own.isLive, heard], [false, [1]])
    },
  },
  {
    name: 'a policy stands around the handler',
    run: async ({ port }) => {
      const twice: Policy = {
        execute: async (work) => {
          const signal = new AbortController().signal
          await work({ signal })
          return work({ signal })
        },
      }
      const { heard, handler } = hearing()
      const own = port.bus.subscribe({ topic: 'work' }, handler, { policy: twice })
      await publish(port, 1)
      await someTurns()
      assert.deepEqual([heard, own.delivered], [[1, 1], 1])
    },
  },
]
