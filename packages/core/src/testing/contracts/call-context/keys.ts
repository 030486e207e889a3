import assert from 'node:assert/strict'
import { isIdentifier, type MessageInit } from '../../../ports/index.js'
import type { ContractCase } from '../../contract.js'
import type { DispatcherUnderTest } from '../dispatcher/bench.js'
import { Bench } from './bench.js'

/** The keys by which an effect is had once, however often the work is repeated. */
export const keying: readonly ContractCase<DispatcherUnderTest>[] = [
  {
    name: 'idempotencyKey is an identifier, and equal when the same work is repeated',
    run: async (subject) => {
      const bench = new Bench(subject)
      const work = { idempotencyKey: 'a-key', tenant: 'a-tenant' }
      const repeated: readonly (readonly Partial<MessageInit>[])[] = [
        [work, { ...work, attempt: 2 }, { ...work, id: 'sent anew', correlationId: 'sent anew', createdAt: 5 }],
        // Without a key of its own it is the message that is repeated.
        [{ id: 'a-message' }, { id: 'a-message', attempt: 2 }],
      ]
      for (const tries of repeated) {
        for (const effect of [undefined, 'an effect']) {
          const keys = []
          for (const init of tries) keys.push((await bench.begin(init)).call.idempotencyKey(effect))
          assert(keys.every(isIdentifier))
          assert.equal(new Set(keys).size, 1)
        }
      }
    },
  },
  {
    name: 'idempotencyKey is equal each time it is asked for',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      assert.equal(call.idempotencyKey('a'), call.idempotencyKey('a'))
      assert.equal(call.idempotencyKey(), call.idempotencyKey())
    },
  },
  {
    name: 'idempotencyKey differs for each effect',
    run: async (subject) => {
      const { call } = await new Bench(subject).begin()
      const long = 'x'.repeat(1000)
      const effects = [undefined, 'a', 'b', 'ab', 'A', 'a ', long, `${long}y`]
      allDiffer(effects.map((effect) => call.idempotencyKey(effect)))
    },
  },
  {
    name: 'idempotencyKey differs for each piece of work: another key, another message without one',
    run: async (subject) => {
      const bench = new Bench(subject)
      const works = [{ idempotencyKey: 'a' }, { idempotencyKey: 'b' }, { id: 'one' }, { id: 'two' }]
      allDiffer(await keysOf(bench, works))
    },
  },
  {
    name: 'idempotencyKey differs for each tenant',
    run: async (subject) => {
      const tenants = [undefined, 'a', 'b'].map((tenant) => ({ tenant, idempotencyKey: 'a-key' }))
      allDiffer(await keysOf(new Bench(subject), tenants))
    },
  },
  {
    name: 'idempotencyKey differs for each agent and operation, though the key they were given is one',
    run: async (subject) => {
      const works = ['an-agent', 'other'].flatMap((agent) =>
        ['work', 'rest'].map((operation) => ({ receiver: { agent }, operation, idempotencyKey: 'a-key' })),
      )
      allDiffer(await keysOf(new Bench(subject, ['an-agent', 'other']), works))
    },
  },
  {
    name: 'idempotencyKey differs for different parts that make one text together',
    run: async (subject) => {
      const bench = new Bench(subject)
      const { call: first } = await bench.begin({ tenant: 'a', idempotencyKey: 'bc' })
      const { call: second } = await bench.begin({ tenant: 'ab', idempotencyKey: 'c' })
      const { call: third } = await bench.begin({ idempotencyKey: 'abc' })
      const keys = [first, second, third].flatMap((call) => [call.idempotencyKey('d'), call.idempotencyKey()])
      const { call: joined } = await bench.begin({ tenant: 'a', idempotencyKey: 'bcd' })
      allDiffer([...keys, joined.idempotencyKey()])
    },
  },
]

async function keysOf(bench: Bench, works: readonly Partial<MessageInit>[]): Promise<readonly string[]> {
  const keys = []
  for (const work of works) keys.push((await bench.begin(work)).call.idempotencyKey('an effect'))
  return keys
}

function allDiffer(keys: readonly string[]): void {
  assert.equal(new Set(keys).size, keys.length)
}
