import assert from 'node:assert/strict'
import type { ContractCase } from '../../contract.js'
import { type DispatcherUnderTest, timeOf } from '../dispatcher/bench.js'
import { Bench, otherWork } from './bench.js'

/** What of a request is passed on to those that an agent asks. */
export const passingOn: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'what is asked is caused by the request, one deeper, and of its correlation',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { message, call } = await bench.begin({ correlationId: 'a-correlation', depth: 2, attempt: 3 })
      quietly(call.ask(otherWork, 1))
      const { message: asked } = await bench.next()
      const { correlationId, causationId, depth, attempt } = asked
      assert.deepEqual([correlationId, causationId, depth, attempt], ['a-correlation', message.id, 3, 1])
      assert.notEqual(asked.id, message.id)
    },
  },
  {
    name: 'what is asked is of the same session, tenant, priority and trace',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const full = { session: 'a-session', tenant: 'a-tenant', priority: 'high', traceparent } as const
      const bare = { session: undefined, tenant: undefined, priority: 'normal', traceparent: undefined } as const
      for (const own of [full, bare]) {
        const { call } = await bench.begin({ ...own, id: `of ${own.session}` })
        quietly(call.ask(otherWork, 1))
        const { session, tenant, priority, traceparent: trace } = (await bench.next()).message
        assert.deepEqual({ session, tenant, priority, traceparent: trace }, own)
      }
    },
  },
  {
    name: 'what is asked has no later deadline than the request, whatever timeout it is given',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const deadline = (await timeOf(subject.port)) + 40_000
      const { call } = await bench.begin({ deadline }, { timeoutMs: 60_000 })
      for (const options of [undefined, { timeoutMs: 60_000 }, { timeoutMs: Number.POSITIVE_INFINITY }]) {
        quietly(call.ask(otherWork, 1, options))
        const { message, call: inner } = await bench.next()
        assert(message.deadline !== undefined && message.deadline <= deadline, `${message.deadline}, not ${deadline}`)
        const left = call.remainingMs()
        assert(inner.remainingMs() <= left, 'more is left within than without')
      }
    },
  },
  {
    name: "what is asked ends by the timeout of the request's caller too",
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin({}, { timeoutMs: 20_000 })
      quietly(call.ask(otherWork, 1, { timeoutMs: 60_000 }))
      const { call: inner } = await bench.next()
      assert(inner.remainingMs() <= 20_000, `${inner.remainingMs()} ms are left of 20000`)
    },
  },
  {
    name: 'a key that ask is given is the key of what is asked',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { call } = await bench.begin()
      quietly(call.ask(otherWork, 1, { idempotencyKey: 'a-key' }))
      assert.equal((await bench.next()).message.idempotencyKey, 'a-key')
    },
  },
  {
    name: 'what is asked has equal keys again when its request is repeated, and another one each time within it',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const tries: string[][] = []
      for (const attempt of [1, 2]) {
        const { call } = await bench.begin({ attempt, idempotencyKey: 'a-key' })
        const keys: string[] = []
        for (let time = 0; time < 3; time++) {
          quietly(call.ask(otherWork, 1))
          keys.push((await bench.next()).call.idempotencyKey())
        }
        tries.push(keys)
      }
      const [first, again] = tries
      assert.deepEqual(first, again)
      assert.equal(new Set(first).size, 3)
    },
  },
]

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

function quietly(asked: Promise<unknown>): void {
  // What becomes of it is not what the case is about.
  asked.catch(() => {})
}
