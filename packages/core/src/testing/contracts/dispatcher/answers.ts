import assert from 'node:assert/strict'
import { type AgentMessage, Failure, fail, isError, reply } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { requestFor } from '../call-for.js'
import { someTurns } from '../turns.js'
import { counting, type DispatcherUnderTest, failureOf, join, joinAs, type Process, until } from './bench.js'

/** How an agent is reached, and how its answer comes back. */
export const answering: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'a message reaches its agent, and the answer comes back',
    run: async ({ port }) => {
      const received: AgentMessage[] = []
      join(port, (message, call) => {
        received.push(message)
        return reply(message, { done: [1, 'two'] }, call)
      })
      joinAs(port, 'another', (message, call) => reply(message, 'of another', call))
      const request = requestFor({ payload: { work: 1 }, tenant: 'a-tenant', session: 'a-session' })
      const { type, correlationId, payload } = await port.dispatcher.dispatch(request)
      assert.deepEqual([type, correlationId, payload], ['response', request.correlationId, { done: [1, 'two'] }])
      const { id, operation, tenant, session } = received[0] ?? {}
      assert.deepEqual([received.length, id, operation], [1, request.id, request.operation])
      assert.deepEqual([received[0]?.payload, tenant, session], [{ work: 1 }, 'a-tenant', 'a-session'])
    },
  },
  {
    name: 'an answer may be a value or a promise',
    run: async ({ port }) => {
      joinAs(port, 'quick', (message, call) => reply(message, 1, call))
      joinAs(port, 'slow', async (message, call) => {
        await someTurns()
        return reply(message, 2, call)
      })
      assert.equal((await port.dispatcher.dispatch(requestFor({ receiver: { agent: 'quick' } }))).payload, 1)
      assert.equal((await port.dispatcher.dispatch(requestFor({ receiver: { agent: 'slow' } }))).payload, 2)
    },
  },
  {
    name: 'calls under way at the same time do not mix',
    run: async ({ port, advance }) => {
      const waiting: (() => void)[] = []
      join(port, async (message, call) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        await promise
        return reply(message, message.payload, call)
      })
      const numbers = Array.from({ length: 50 }, (_, index) => index)
      const requests = numbers.map((payload) => requestFor({ id: `request ${payload}`, payload }))
      const answers = Promise.all(requests.map((request) => port.dispatcher.dispatch(request)))
      await until(advance, () => waiting.length === numbers.length)
      for (const resolve of waiting.toReversed()) resolve()
      assert.deepEqual(
        (await answers).map(({ payload }) => payload),
        numbers,
      )
    },
  },
]

/** How a call fails, by its agent or before it. */
export const failing: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: "a failure of the agent's own is what the call rejects with, thrown or answered",
    run: async ({ port }) => {
      const own = new Failure({ code: 'own.failure', message: 'Mine.', remedy: '', retryable: true, details: { a: 1 } })
      joinAs(port, 'throws', () => {
        throw own
      })
      joinAs(port, 'rejects', async () => {
        throw own
      })
      joinAs(port, 'answers', (message, call) => fail(message, own, call))
      for (const agent of ['throws', 'rejects', 'answers']) {
        const { code, retryable, details } = await failureOf(port, requestFor({ receiver: { agent } }))
        assert.deepEqual(
          { code, retryable, details },
          { code: 'own.failure', retryable: true, details: { a: 1 } },
          agent,
        )
      }
    },
  },
  {
    name: 'what the agent threw that is no failure is the cause of one',
    run: async ({ port }) => {
      const thrown = new RangeError('out of reach')
      joinAs(port, 'throws', () => {
        throw thrown
      })
      joinAs(port, 'rejects', async () => {
        throw thrown
      })
      for (const agent of ['throws', 'rejects']) {
        const { cause } = await failureOf(port, requestFor({ receiver: { agent } }))
        assert(isError(cause), agent)
        assert.equal(cause.message, thrown.message)
      }
    },
  },
  {
    name: 'what is no answer to the message is a failure',
    run: async ({ port }) => {
      const strange: readonly Process[] = [
        (message, call) => ({ ...reply(message, 1, call), correlationId: 'of another' }),
        (message, call) => ({ ...reply(message, 1, call), type: 'event' }),
        (message) => message,
        () => undefined as never,
        async () => 'an answer' as never,
      ]
      for (const [index, process] of strange.entries()) {
        joinAs(port, `strange ${index}`, process)
        await failureOf(port, requestFor({ receiver: { agent: `strange ${index}` } }))
      }
    },
  },
  {
    name: 'a message to an agent that is not there fails with dispatch.…',
    run: async ({ port }) => {
      join(port, (message, call) => reply(message, 1, call))
      const { code } = await failureOf(port, requestFor({ receiver: { agent: 'nobody' } }))
      assert.match(code, /^dispatch\./)
    },
  },
  {
    name: 'a message that is none fails, and no agent is asked',
    run: async ({ port }) => {
      const asked = counting(port)
      const request = requestFor()
      for (const wrong of [{ id: '' }, { attempt: 0 }, { type: 'wish' as 'event' }]) {
        const { code } = await failureOf(port, { ...request, ...wrong })
        assert.match(code, /^(message|identifier)\.invalid$/)
      }
      assert.equal(asked(), 0)
    },
  },
]
