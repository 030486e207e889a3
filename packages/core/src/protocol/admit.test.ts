import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { admit } from './admit.js'
import { type Failure, isFailure } from './failure.js'

function refusal(act: () => unknown): Failure {
  try {
    act()
  } catch (caught) {
    if (isFailure(caught)) return caught
    throw caught
  }
  return assert.fail('nothing was refused')
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe('admit', () => {
  it('lets data in, members with dangerous names included, and leaves it as it is', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":[{"prototype":null}]}')
    const before = JSON.stringify(value)
    admit(value)
    admit([new Date(0), 1n, undefined, new Map([['a', new Set([Uint8Array.of(1)])]]), Object.create(null)])
    expect(JSON.stringify(value)).toBe(before)
  })

  it('refuses what is too deep, cycles among it, without exhausting the stack', () => {
    admit(nested(64))
    expect(refusal(() => admit(nested(65))).code).toBe('wire.too_deep')
    expect(refusal(() => admit(nested(100_000), { maxDepth: 512 })).code).toBe('wire.too_deep')
    const map = new Map<string, unknown>()
    map.set('self', { map })
    expect(refusal(() => admit(map)).code).toBe('wire.too_deep')
  })

  it('refuses too many keys, all objects counted together', () => {
    const value = [{ a: 1, b: 2 }, { c: 3 }]
    admit(value, { maxKeys: 3 })
    expect(refusal(() => admit(value, { maxKeys: 2 })).code).toBe('wire.too_many_keys')
  })

  it('refuses what no data holds: functions, instances, objects whose prototype was set', () => {
    const polluted = JSON.parse('{"a":{}}')
    Object.setPrototypeOf(polluted.a, { admin: true })
    for (const value of [() => 1, Symbol('s'), new (class Account {})(), new Error('e'), Promise.resolve()]) {
      expect(refusal(() => admit({ a: value }))).toMatchObject({
        code: 'codec.unsupported_value',
        details: { path: 'a' },
      })
    }
    expect(refusal(() => admit(polluted)).code).toBe('codec.unsupported_value')
  })
})
