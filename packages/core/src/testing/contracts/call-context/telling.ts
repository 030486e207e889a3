import assert from 'node:assert/strict'
import { type CallContext, isIdentifier, type MessageInit } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import type { DispatcherUnderTest } from '../dispatcher/bench.js'
import { Bench, otherWork } from './bench.js'

/** What a context tells of its call. */
export const telling: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'message is the request',
    run: async (subject) => {
      const bench = new Bench(subject)
      for (const payload of [{ a: [1, 'two'] }, 'another']) {
        const { message, call } = await bench.begin({ ...everything, id: `of ${typeof payload}`, payload })
        assert.deepEqual(call.message, message)
        assert.deepEqual([call.message.id, call.message.payload], [`of ${typeof payload}`, payload])
      }
    },
  },
  {
    name: 'attempt, tenant, session, runId and step are those of the message, or undefined',
    run: async (subject) => {
      const bench = new Bench(subject)
      const { call: full } = await bench.begin(everything)
      assert.deepEqual(placeOf(full), [3, 'a-tenant', { id: 'a-session' }, 'a-run', 'a-step'])
      const { call: bare } = await bench.begin({ id: 'bare' })
      assert.deepEqual(placeOf(bare), [1, undefined, undefined, undefined, undefined])
    },
  },
  {
    name: 'members may be taken off it by name, and work',
    run: async (subject) => {
      const bench = new Bench(subject, ['an-agent', 'other'])
      const { message: request, call } = await bench.begin(everything)
      const { message, attempt, tenant, session, runId, step, signal } = call
      const { log, newId, now, remainingMs, idempotencyKey, progress, budget, spend, ask } = call
      assert.deepEqual(message, request)
      assert.deepEqual(placeOf({ attempt, tenant, session, runId, step }), placeOf(call))
      assert.equal(signal.aborted, false)
      assert.deepEqual([typeof newId(), typeof now(), remainingMs() > 0], ['string', 'number', true])
      assert.deepEqual([idempotencyKey(), idempotencyKey('a')], [call.idempotencyKey(), call.idempotencyKey('a')])
      log.info({ a: 1 }, 'a line')
      progress({ done: 1 })
      spend({ tokens: 1 })
      assert.equal(typeof budget(), 'object')
      const asked = ask(otherWork, 'some')
      asked.catch(() => {})
      const other = await bench.next()
      other.answer('done')
      assert.equal(await bench.outcome(asked), 'done')
    },
  },
  {
    name: 'newId makes identifiers, and none twice, whichever call it is taken from',
    run: async (subject) => {
      const bench = new Bench(subject)
      const calls = [await bench.begin(), await bench.begin(), await bench.begin({ id: 'another' })]
      const ids = calls.flatMap(({ call }) => Array.from({ length: 500 }, () => call.newId()))
      assert.deepEqual([new Set(ids).size, ids.filter((id) => !isIdentifier(id))], [ids.length, []])
    },
  },
  {
    name: 'now is a time, and goes on',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      const before = call.now()
      // The whole milliseconds of a date; NaN when it is none.
      assert.equal(new Date(before).getTime(), before)
      await subject.advance(50)
      assert(call.now() > before, 'the time stands still')
    },
  },
]

const everything: Partial<MessageInit> = {
  tenant: 'a-tenant',
  session: 'a-session',
  runId: 'a-run',
  step: 'a-step',
  attempt: 3,
}

type Place = Pick<CallContext, 'attempt' | 'tenant' | 'session' | 'runId' | 'step'>

function placeOf({ attempt, tenant, session, runId, step }: Place): readonly unknown[] {
  return [attempt, tenant, session && { id: session.id }, runId, step]
}
