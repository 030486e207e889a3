import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, createOrchestrator, operation, type RequestOptions } from '../index.js'
import { idempotencyKeyOf } from './idempotency-key.js'

const keys: string[] = []

const inner = agent('inner', {
  store: operation({
    input: z.any(),
    output: z.any(),
    run: (_, { idempotencyKey }) => void keys.push(idempotencyKey()),
  }),
})
const clerk = agent('clerk', {
  keys: operation({
    input: z.any(),
    output: z.array(z.string()),
    run: (effects: (string | undefined)[], { idempotencyKey }) => effects.map((effect) => idempotencyKey(effect)),
  }),
  others: operation({
    input: z.any(),
    output: z.array(z.string()),
    run: (effects: (string | undefined)[], { idempotencyKey }) => effects.map((effect) => idempotencyKey(effect)),
  }),
  nested: operation({
    input: z.object({ times: z.number(), own: z.string().optional() }),
    output: z.any(),
    run: async ({ times, own }, { ask }) => {
      for (let turn = 0; turn < times; turn++)
        await ask(inner.store, 1, own === undefined ? {} : { idempotencyKey: own })
    },
  }),
})

const orchestrator = await createOrchestrator({ agents: [clerk, inner] })
const keysOf = (effects: readonly (string | undefined)[], options?: RequestOptions) =>
  orchestrator.ask(clerk.keys, effects, options)

async function nestedKeys(times: number, options?: RequestOptions, own?: string): Promise<string[]> {
  keys.length = 0
  await orchestrator.ask(clerk.nested, { times, own }, options)
  return [...keys]
}

describe('the idempotency key of a call', () => {
  it('is 32 letters, digits, dashes and underscores', async () => {
    for (const key of await keysOf([undefined, '', 'mail', '\0', '🦜'])) expect(key).toMatch(/^[\w-]{32}$/)
  })

  it('is the same within a call for the same effect, and another for another one', async () => {
    const [plain, again, mail, mailAgain, sms, empty] = await keysOf([undefined, undefined, 'mail', 'mail', 'sms', ''])
    expect(again).toBe(plain)
    expect(mailAgain).toBe(mail)
    expect(new Set([plain, mail, sms, empty]).size).toBe(4)
  })

  it('is the same when a piece of work is repeated under the same key', async () => {
    expect(await keysOf(['mail'], { idempotencyKey: 'order-1' })).toEqual(
      await keysOf(['mail'], { idempotencyKey: 'order-1' }),
    )
  })

  it('differs for every request that has no key of its own', async () => {
    expect(await keysOf(['mail'])).not.toEqual(await keysOf(['mail']))
  })

  it('differs by request key, tenant and operation', async () => {
    const all = await Promise.all([
      keysOf(['mail'], { idempotencyKey: 'a' }),
      keysOf(['mail'], { idempotencyKey: 'b' }),
      keysOf(['mail'], { idempotencyKey: 'a', tenant: 't1' }),
      keysOf(['mail'], { idempotencyKey: 'a', tenant: 't2' }),
      orchestrator.ask(clerk.others, ['mail'], { idempotencyKey: 'a' }),
    ])
    expect(new Set(all.flat()).size).toBe(all.length)
  })

  it('does not depend on the session', async () => {
    const [first, second] = [{ session: 's1' }, { session: 's2' }]
    expect(await keysOf(['mail'], { ...first, idempotencyKey: 'a' })).toEqual(
      await keysOf(['mail'], { ...second, idempotencyKey: 'a' }),
    )
  })
})

describe('the idempotency keys of inner calls', () => {
  it('are the same again when the outer call is repeated under its key', async () => {
    const first = await nestedKeys(3, { idempotencyKey: 'order-1' })
    expect(first).toHaveLength(3)
    expect(await nestedKeys(3, { idempotencyKey: 'order-1' })).toEqual(first)
  })

  it('differ for every time the outer call asks for the same operation', async () => {
    expect(new Set(await nestedKeys(3, { idempotencyKey: 'order-1' })).size).toBe(3)
    expect(new Set(await nestedKeys(3)).size).toBe(3)
  })

  it('differ by the key and the tenant of the outer call', async () => {
    const all = [
      ...(await nestedKeys(1, { idempotencyKey: 'a' })),
      ...(await nestedKeys(1, { idempotencyKey: 'b' })),
      ...(await nestedKeys(1, { idempotencyKey: 'a', tenant: 't1' })),
    ]
    expect(new Set(all).size).toBe(3)
  })

  it('are those that the agent gives, where it gives one', async () => {
    const [own, again] = await nestedKeys(2, { idempotencyKey: 'order-1' }, 'mine')
    expect(own).toBe(again)
    expect(await nestedKeys(1, { idempotencyKey: 'order-2' }, 'mine')).toEqual([own])
  })
})

describe('a key of many parts', () => {
  const part = fc.option(fc.string({ unit: 'binary', maxLength: 4 }), { nil: undefined })

  it('is equal for equal parts, and for no others', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (one, other) => {
        const isSame = one.length === other.length && one.every((each, index) => each === other[index])
        expect(idempotencyKeyOf(one) === idempotencyKeyOf(other)).toBe(isSame)
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not run parts together, nor take one that is absent for an empty one', () => {
    const lists = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      ['abc', ''],
      ['abc', undefined],
      ['1:a;1:b'],
      ['a', 'b'],
      ['-;'],
      [undefined],
    ]
    expect(new Set(lists.map(idempotencyKeyOf)).size).toBe(lists.length)
  })
})
