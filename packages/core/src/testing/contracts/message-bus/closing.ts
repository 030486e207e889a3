import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import { someTurns } from '../turns.js'
import { hearing, holding, type MessageBusUnderTest, messageFor, outcomeOf, publish } from './bench.js'

/** How a bus ends. */
export const closing: readonly ContractCase<MessageBusUnderTest>[] = [
  {
    name: 'a bus that closes takes nothing more in: bus.closed',
    run: async ({ port }) => {
      const { heard, handler } = hearing()
      port.bus.subscribe({ topic: 'work' }, handler)
      await port.bus.close()
      assert.equal(await outcomeOf(port.bus.publish(messageFor(port))), 'bus.closed')
      assert.equal(await outcomeOf(port.bus.request(messageFor(port))), 'bus.closed')
      assert.throws(() => port.bus.subscribe({ topic: 'work' }, handler), { code: 'bus.closed' })
      assert.deepEqual(heard, [])
    },
  },
  {
    name: 'close resolves when all that was taken in is handled',
    run: async ({ port }) => {
      const { heard, handler, release } = holding()
      port.bus.subscribe({ topic: 'work' }, handler)
      await publish(port, 1, 2)
      const closed = port.bus.close({ drainMs: 60_000 })
      assert.equal(await outcomeOf(closed), 'pending')
      await release()
      assert.equal(await outcomeOf(closed), 'pending')
      await release()
      assert.equal(await outcomeOf(closed), 'resolved')
      assert.deepEqual(heard, [1, 2])
    },
  },
  {
    name: 'close resolves after drainMs whatever is not handled; requests are rejected, and handlers told',
    run: async ({ port, advance }) => {
      const { heard, signals, handler } = holding()
      port.bus.subscribe({ topic: 'work' }, handler)
      port.bus.respond({ topic: 'work' }, holding().handler)
      await publish(port, 1, 2)
      const asked = port.bus.request(messageFor(port))
      asked.catch(() => {})
      await someTurns()
      const closed = port.bus.close({ drainMs: 20 })
      await advance(30)
      assert.deepEqual([await outcomeOf(closed), await outcomeOf(asked)], ['resolved', 'bus.closed'])
      assert.deepEqual([heard, signals.map(({ aborted }) => aborted)], [[1], [true]])
    },
  },
  {
    name: 'close called again returns the same promise',
    run: async ({ port }) => {
      const closed = port.bus.close()
      assert.equal(port.bus.close(), closed)
      await closed
    },
  },
]
