import assert from 'node:assert/strict'
import { Failure, isError } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import { type DispatcherUnderTest, joinAs, rejectionOf } from '../dispatcher/bench.js'
import { Bench, operationOf, otherWork } from './bench.js'

/** How an agent asks another one, and what it gets. */
export const asking: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'ask reaches the agent of the operation with the input, and resolves with its output',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other', 'third'])
      const { call } = await bench.begin()
      for (const agent of ['other', 'third']) {
        const asked = call.ask(operationOf(agent, `work of ${agent}`), { of: [agent] })
        const { message, answer } = await bench.next()
        const { type, receiver, operation, payload, sender } = message
        assert.deepEqual([type, receiver, operation], ['request', { agent }, `work of ${agent}`])
        assert.deepEqual([payload, sender], [{ of: [agent] }, 'an-agent'])
        answer({ done: agent })
        assert.deepEqual(await bench.outcome(asked), { done: agent })
      }
    },
  },
  {
    name: 'asks under way at the same time do not mix',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin()
      const asked = [1, 2, 3].map((input) => call.ask(otherWork, input))
      const reached = [await bench.next(), await bench.next(), await bench.next()]
      for (const { message, answer } of reached.toReversed()) answer(message.payload)
      assert.deepEqual(await bench.outcome(Promise.all(asked)), [1, 2, 3])
      assert.equal(new Set(reached.map(({ message }) => message.id)).size, 3)
    },
  },
  {
    name: "ask rejects with the failure of the other agent's own",
    run: async (subject) => {
      const own = new Failure({ code: 'own.failure', message: 'Mine.', remedy: '', retryable: true, details: { a: 1 } })
      joinAs(subject.port, 'other', () => {
        throw own
      })
      const bench = new Bench(subject)
      const { call } = await bench.begin()
      const { code, retryable, details } = await bench.outcome(rejectionOf(call.ask(otherWork, 1)))
      assert.deepEqual([code, retryable, details], ['own.failure', true, { a: 1 }])
    },
  },
  {
    name: 'ask rejects with a failure whatever the other agent threw, that being the cause',
    run: async (subject) => {
      const thrown = new RangeError('out of reach')
      joinAs(subject.port, 'other', async () => {
        throw thrown
      })
      const bench = new Bench(subject)
      const { call } = await bench.begin()
      const { cause } = await bench.outcome(rejectionOf(call.ask(otherWork, 1)))
      assert(isError(cause))
      assert.equal(cause.message, thrown.message)
    },
  },
  {
    name: 'ask rejects with dispatch.…, and never throws, when there is no such agent',
    run: async (subject) => {
      const bench = new Bench(subject)
      const { call } = await bench.begin()
      const { code } = await bench.outcome(rejectionOf(call.ask(operationOf('nobody'), 1)))
      assert.match(code, /^dispatch\./)
    },
  },
  {
    name: 'ask rejects with dispatch.…, and never throws, when it is given no operation',
    run: async (subject) => {
      const bench = new Bench(subject)
      const { call } = await bench.begin()
      for (const operation of [operationOf(''), {} as never, undefined as never]) {
        const { code } = await bench.outcome(rejectionOf(call.ask(operation, 1)))
        assert.match(code, /^dispatch\./)
      }
    },
  },
]
