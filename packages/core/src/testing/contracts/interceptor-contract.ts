import assert from 'node:assert/strict'
import { type AgentMessage, type Interceptor, reply } from '../../ports/index.js'
import type { Contract } from '../contract.js'
import { callFor } from './call-for.js'
import { someTurns } from './turns.js'

/** An interceptor, and a message that it lets pass. */
export interface InterceptorUnderTest {
  readonly interceptor: Interceptor
  readonly message: AgentMessage
}

/**
 * What an interceptor promises that lets a message pass. One that answers by itself, calls again or changes answers on
 * purpose skips the cases that say otherwise.
 */
export const interceptorContract: Contract<InterceptorUnderTest> = {
  port: 'Interceptor',
  cases: [
    {
      name: 'it has a name',
      run: async ({ port: { interceptor } }) => assert.match(interceptor.name, /\S/),
    },
    {
      name: 'a message is passed on once, itself or a copy of the same ids',
      run: async ({ port: { interceptor, message } }) => {
        const passed: AgentMessage[] = []
        await interceptor.intercept(message, callFor(message), async (next) => {
          passed.push(next)
          return answerTo(next)
        })
        const ids = passed.map(({ type, id, correlationId, operation }) => [type, id, correlationId, operation])
        assert.deepEqual(ids, [[message.type, message.id, message.correlationId, message.operation]])
      },
    },
    {
      name: 'the message is left as it is',
      run: async ({ port: { interceptor, message } }) => {
        const before = structuredClone(message)
        await interceptor.intercept(message, callFor(message), async (next) => answerTo(next))
        assert.deepEqual(message, before)
      },
    },
    {
      name: 'the answer comes back, when it is there',
      run: async ({ port: { interceptor, message } }) => {
        const { promise, resolve } = Promise.withResolvers<AgentMessage>()
        let isOver = false
        const returned = interceptor.intercept(message, callFor(message), () => promise)
        void returned.then(() => {
          isOver = true
        })
        await someTurns()
        assert.equal(isOver, false)
        resolve(answerTo(message, { done: 1 }))
        const { type, correlationId, payload } = await returned
        assert.deepEqual([type, correlationId, payload], ['response', message.correlationId, { done: 1 }])
      },
    },
    {
      name: 'a failure is passed on as it is',
      run: async ({ port: { interceptor, message } }) => {
        const failure = new RangeError('the agent failed')
        const returned = interceptor.intercept(message, callFor(message), async () => {
          await someTurns()
          throw failure
        })
        await assert.rejects(returned, (error) => error === failure)
      },
    },
    {
      name: 'calls under way at the same time do not mix',
      run: async ({ port: { interceptor, message } }) => {
        const calls = Array.from({ length: 20 }, (_, index) => {
          const own = { ...message, id: `call ${index}`, correlationId: `call ${index}` }
          const { promise, resolve } = Promise.withResolvers<void>()
          const returned = interceptor.intercept(own, callFor(own), async (next) => {
            await promise
            return answerTo(next, { of: next.id })
          })
          return { own, returned, resolve }
        })
        for (const { resolve } of calls.toReversed()) {
          resolve()
          await someTurns()
        }
        for (const { own, returned } of calls) {
          const { correlationId, payload } = await returned
          assert.deepEqual([correlationId, payload], [own.id, { of: own.id }])
        }
      },
    },
  ],
}

function answerTo(message: AgentMessage, payload: unknown = {}): AgentMessage {
  return reply(message, payload, { newId: () => `${message.id}, answered`, now: () => message.createdAt })
}
