import assert from 'node:assert/strict'
import { reply, type Responder } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { someTurns } from '../turns.js'
import { holding, type MessageBusUnderTest, messageFor, outcomeOf, rejectionNow } from './bench.js'

/** How requests are answered, and what becomes of those that are not. */
export const asking: readonly ContractCase<MessageBusUnderTest>[] = [
  {
    name: 'a request is answered by one of those who respond where it goes, in turn',
    run: async ({ port }) => {
      const { bus } = port
      bus.respond({ topic: 'work' }, saying(port, 'a'))
      bus.respond({ topic: 'work' }, async (...asked) => saying(port, 'b')(...asked))
      bus.respond({ agent: 'writer' }, saying(port, 'of the writer'))
      const ask = () => bus.request(messageFor(port)).then(({ payload }) => payload)
      assert.deepEqual([await ask(), await ask(), await ask(), await ask()], ['a', 'b', 'a', 'b'])
      const toWriter = await bus.request(messageFor(port, { receiver: { agent: 'writer' } }))
      assert.equal(toWriter.payload, 'of the writer')
    },
  },
  {
    name: 'a request rejects at once with bus.no_responder where nobody responds, or nobody whose filter lets it pass',
    run: async ({ port }) => {
      port.bus.subscribe({ topic: 'work' }, () => {})
      assert.equal(await outcomeOf(port.bus.request(messageFor(port))), 'bus.no_responder')
      port.bus.respond({ topic: 'work' }, saying(port, 1), { filter: () => false })
      assert.equal(await outcomeOf(port.bus.request(messageFor(port))), 'bus.no_responder')
    },
  },
  {
    name: 'a request rejects with bus.timed_out when its time is up',
    run: async ({ port, advance }) => {
      port.bus.respond({ topic: 'work' }, holding().handler)
      const asked = port.bus.request(messageFor(port), { timeoutMs: 50 })
      assert.equal(await outcomeOf(asked), 'pending')
      await advance(80)
      assert.equal(await outcomeOf(asked), 'bus.timed_out')
    },
  },
  {
    name: 'a request rejects with bus.cancelled when its signal aborts or has aborted, the reason being the cause',
    run: async ({ port }) => {
      const { handler, heard } = holding()
      port.bus.respond({ topic: 'work' }, handler)
      const controller = new AbortController()
      const asked = port.bus.request(messageFor(port), { signal: controller.signal })
      await someTurns()
      controller.abort('enough')
      const before = port.bus.request(messageFor(port), { signal: controller.signal })
      before.catch(() => {})
      for (const one of [asked, before]) {
        const { code, cause } = (await rejectionNow(one)) as { readonly code: string; readonly cause: unknown }
        assert.deepEqual([code, cause], ['bus.cancelled', 'enough'])
      }
      assert.equal(heard.length, 1)
    },
  },
  {
    name: 'a request rejects with bus.expired, or bus.full, where it is not answered for that reason',
    run: async ({ port, advance }) => {
      const { handler, release } = holding()
      port.bus.respond({ topic: 'work' }, handler, { queue: { max: 1, whenFull: 'fail' } })
      const first = port.bus.request(messageFor(port))
      first.catch(() => {})
      await someTurns()
      const expiring = port.bus.request(messageFor(port, { expiresAt: port.stamp.now() + 20 }))
      expiring.catch(() => {})
      assert.equal(await outcomeOf(port.bus.request(messageFor(port))), 'bus.full')
      await advance(30)
      await release()
      assert.equal(await outcomeOf(expiring), 'bus.expired')
    },
  },
  {
    name: 'a request rejects with what its responder failed by',
    run: async ({ port }) => {
      const broken = new RangeError('broken')
      port.bus.respond({ agent: 'throws' }, () => {
        throw broken
      })
      port.bus.respond({ agent: 'rejects' }, () => Promise.reject(broken))
      for (const agent of ['throws', 'rejects']) {
        assert.equal(await rejectionNow(port.bus.request(messageFor(port, { receiver: { agent } }))), broken)
      }
    },
  },
  {
    name: 'a request that nobody waits for any more is not begun, and its responder is told if it was',
    run: async ({ port }) => {
      const { heard, signals, handler, release } = holding()
      port.bus.respond({ topic: 'work' }, handler)
      const controllers = [new AbortController(), new AbortController()]
      const asked = controllers.map(({ signal }, payload) =>
        port.bus.request(messageFor(port, { payload }), { signal }),
      )
      const outcomes = Promise.allSettled(asked)
      await someTurns()
      for (const controller of controllers) controller.abort()
      await outcomes
      await release()
      assert.deepEqual([heard, signals.map(({ aborted }) => aborted)], [[0], [true]])
    },
  },
  {
    name: 'requestAll asks everyone who responds where it goes: one promise each, none where nobody does',
    run: async ({ port }) => {
      assert.deepEqual(port.bus.requestAll(messageFor(port)), [])
      port.bus.respond({ topic: 'work' }, saying(port, 'a'))
      port.bus.respond({ topic: 'work' }, saying(port, 'b'))
      port.bus.respond({ topic: 'other' }, saying(port, 'c'))
      const answers = await Promise.all(port.bus.requestAll(messageFor(port)))
      assert.deepEqual(
        answers.map(({ payload }) => payload as string).toSorted((a, b) => a.localeCompare(b)),
        ['a', 'b'],
      )
    },
  },
]

function saying({ stamp }: MessageBusUnderTest, payload: unknown): Responder {
  return (message) => reply(message, payload, stamp)
}
