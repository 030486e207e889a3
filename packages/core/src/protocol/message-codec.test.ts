import assert from 'node:assert/strict'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMessage, fail, reply } from './create-message.js'
import { declareFailures } from './declare-failures.js'
import { type Failure, isFailure } from './failure.js'
import type { AgentMessage } from './message.js'
import { decodeMessage, encodeMessage } from './message-codec.js'
import { defaultLimits } from './wire-limits.js'

const stamp = { newId: () => 'm-1', now: () => 1_760_000_000_000 }
const full: AgentMessage = createMessage(
  {
    sender: 'desk',
    receiver: { agent: 'orders' },
    replyTo: 'desk/2',
    operation: 'price',
    payload: { lines: [{ sku: 'a', quantity: 2 }] },
    context: { locale: 'en' },
    causationId: '__proto__',
    session: 's-1',
    tenant: 'acme',
    runId: 'r-1',
    step: 'price:1',
    idempotencyKey: 'k-1',
    priority: 'high',
    expiresAt: 1_760_000_001_000,
    deadline: 1_760_000_002_000,
    attempt: 2,
    depth: 3,
    budget: { calls: 3, costUsd: 0.5 },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    signature: 'c2lnbmVk',
  },
  stamp,
)

/** The wire form of a message, one member changed. */
function wireWith(member: string, value: unknown): string {
  return JSON.stringify({ ...JSON.parse(encodeMessage(full)), [member]: value })
}

function refusal(act: () => unknown): Failure<Record<string, unknown>> {
  try {
    act()
  } catch (caught) {
    if (isFailure(caught)) return caught as Failure<Record<string, unknown>>
    throw caught
  }
  return assert.fail('nothing was refused')
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('encodeMessage and decodeMessage', () => {
  it('bring a message back, every member of it, from its text and from its bytes', () => {
    const text = encodeMessage(full)
    assert.deepStrictEqual(decodeMessage(text), full)
    assert.deepStrictEqual(decodeMessage(Buffer.from(text)), full)
    expect(JSON.parse(text)).toEqual({ v: 1, ...full })
  })

  it('bring back every kind of receiver', () => {
    for (const receiver of [{ agent: 'a' }, { group: 'g' }, { everyone: true }] as const) {
      const message = { ...full, receiver }
      expect(decodeMessage(encodeMessage(message))).toStrictEqual(message)
    }
  })

  it('carry in payload and context whatever the codec knows', () => {
    const message = { ...full, payload: new Map([[{ at: new Date(0) }, [undefined, 1n]]]), context: { '~1': -0 } }
    assert.deepStrictEqual(decodeMessage(encodeMessage(message)), message)
    const empty = reply(full, undefined, stamp)
    assert.deepStrictEqual(decodeMessage(encodeMessage(empty)), empty)
  })

  it('bring the failure of an error message back as a failure', () => {
    const failures = declareFailures({
      'stock.short': { when: 'x', retryable: true, says: ({ sku }: { sku: string }) => `No ${sku}.`, remedy: 'Wait.' },
    })
    const message = fail(full, failures('stock.short', { sku: 'a' }, new Error('disk')), stamp)
    const { payload } = decodeMessage(encodeMessage(message)) as AgentMessage<Failure>
    expect(failures.is(payload, 'stock.short')).toBe(true)
    expect(payload).toMatchObject({ message: 'No a. Wait.', retryable: true, cause: { message: 'disk' } })
  })

  it('take the plain JSON of a failure, as a client without tags sends it, for a failure', () => {
    const payload = { name: 'Failure', code: 'stock.short', message: 'No a. Wait.', remedy: 'Wait.', retryable: true }
    const wire = JSON.parse(wireWith('payload', { ...payload, details: { sku: 'a' } }))
    const decoded = decodeMessage(JSON.stringify({ ...wire, type: 'error' })).payload as Failure
    expect(isFailure(decoded, 'stock.short')).toBe(true)
    expect(decoded).toMatchObject({ message: 'No a. Wait.', remedy: 'Wait.', retryable: true, details: { sku: 'a' } })
    const request = decodeMessage(JSON.stringify(wire)).payload
    expect(isFailure(request)).toBe(false)
    const other = decodeMessage(JSON.stringify({ ...wire, type: 'error', payload: 'plain words' })).payload
    expect(other).toBe('plain words')
  })
})

describe('encodeMessage', () => {
  it('names the path of what cannot be carried', () => {
    const message = { ...full, payload: { lines: [{ owner: () => 1 }] } }
    expect(refusal(() => encodeMessage(message)).details.path).toBe('payload.lines[0].owner')
    const context: Record<string, unknown> = {}
    context.self = context
    expect(refusal(() => encodeMessage({ ...full, context })).details).toEqual({
      path: 'context.self',
      holds: 'context',
    })
  })

  it('refuses a message that no receiver would take', () => {
    expect(refusal(() => encodeMessage({ ...full, deadline: Number.POSITIVE_INFINITY })).code).toBe('message.invalid')
    expect(refusal(() => encodeMessage({ ...full, budget: { calls: Number.NaN } })).code).toBe('wire.malformed')
    expect(refusal(() => encodeMessage({ ...full, session: '' })).code).toBe('identifier.invalid')
  })
})

describe('decodeMessage', () => {
  it('refuses too large a text before it parses it, counted in bytes', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const toText = vi.spyOn(TextDecoder.prototype, 'decode')
    const text = wireWithPadding(400_000)
    const failure = refusal(() => decodeMessage(text))
    expect(failure.code).toBe('wire.too_large')
    expect(failure.message).toContain('1048576')
    expect(failure.message).toContain(`{ maxBytes: ${Buffer.byteLength(text)} }`)
    expect(refusal(() => decodeMessage(Buffer.from(text))).code).toBe('wire.too_large')
    expect(parse).not.toHaveBeenCalled()
    expect(toText).not.toHaveBeenCalled()
    expect(decodeMessage(text, { maxBytes: 2_000_000 }).id).toBe('m-1')
  })

  it('refuses too deep a text before it parses it', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const failure = refusal(() => decodeMessage('['.repeat(1_000_000)))
    expect(failure).toMatchObject({ code: 'wire.too_deep', details: { limit: 64, received: 65 } })
    expect(failure.message).toContain('maxDepth')
    expect(parse).not.toHaveBeenCalled()
  })

  it('counts the message itself as the first level', () => {
    const nested = (levels: number): string => {
      const payload = `${'['.repeat(levels)}${']'.repeat(levels)}`
      return encodeMessage(full).replace('"payload":', `"payload":${payload},"other":`)
    }
    expect(decodeMessage(nested(63)).id).toBe('m-1')
    expect(refusal(() => decodeMessage(nested(64))).code).toBe('wire.too_deep')
    expect(decodeMessage(nested(64), { maxDepth: 65 }).id).toBe('m-1')
  })

  it('refuses too many keys before it parses the text, all objects counted together', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const text = `[${'{"a":1},'.repeat(10_000)}{"a":1}]`
    expect(refusal(() => decodeMessage(text))).toMatchObject({ code: 'wire.too_many_keys', details: { limit: 10_000 } })
    expect(parse).not.toHaveBeenCalled()
  })

  it('refuses what is not JSON, not UTF-8, no object or no text at all', () => {
    const received: unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      Uint8Array.of(0xff),
      Uint8Array.of(),
      undefined,
      {},
      7,
    ]
    for (const text of received) {
      expect(refusal(() => decodeMessage(text as string)).code).toBe('wire.malformed')
    }
  })

  it('refuses a version that it does not know, and the absence of one', () => {
    for (const v of [2, 0, '1', null, undefined]) {
      const failure = refusal(() => decodeMessage(wireWith('v', v)))
      expect(failure).toMatchObject({ code: 'wire.unknown_version', details: { known: 1 } })
    }
    expect(refusal(() => decodeMessage(wireWith('payload', { '~7': 1 }))).code).toBe('codec.unknown_version')
  })

  it('refuses a member of the wrong kind, whichever it is', () => {
    for (const member of Object.keys(full)) {
      if (member === 'payload' || member === 'context') continue
      for (const value of [null, {}, [], true, Number.MIN_VALUE, 'x'.repeat(513), { agent: 1 }, [full.traceparent]]) {
        if (member === 'signature' && typeof value === 'string') continue
        if (typeof value === 'number' && ['createdAt', 'expiresAt', 'deadline'].includes(member)) continue
        if (member === 'budget' && JSON.stringify(value)?.startsWith('{')) continue
        const failure = refusal(() => decodeMessage(wireWith(member, value)))
        expect([member, value, failure.code]).toEqual([
          member,
          value,
          expect.stringMatching(/^(wire\.malformed|message\.invalid|identifier\.invalid)$/),
        ])
        expect(failure.message).toContain(member)
      }
    }
  })

  it('refuses the absence of what a message cannot do without', () => {
    const needed = [
      'id',
      'type',
      'sender',
      'receiver',
      'operation',
      'correlationId',
      'priority',
      'createdAt',
      'attempt',
      'depth',
    ]
    for (const member of needed) {
      expect(refusal(() => decodeMessage(wireWith(member, undefined))).message).toContain(member)
    }
  })

  it('refuses a receiver that is none, or several, and a budget that is no number', () => {
    for (const receiver of [{}, { agent: 'a', group: 'g' }, { agent: 'a', everyone: true }, { everyone: false }, []]) {
      expect(refusal(() => decodeMessage(wireWith('receiver', receiver))).code).toBe('wire.malformed')
    }
    expect(refusal(() => decodeMessage(wireWith('budget', { calls: '3' }))).details.member).toBe('budget.calls')
  })

  it('drops members that are none of a message', () => {
    const decoded = decodeMessage(wireWith('admin', true))
    expect(decoded).toStrictEqual(full)
    expect(decodeMessage(wireWith('receiver', { agent: 'orders', admin: true }))).toStrictEqual(full)
  })

  it('keeps members named __proto__, constructor and prototype as data, and takes no member from a prototype', () => {
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":1}'
    const text = encodeMessage(full).replace('"payload":', `"payload":${hostile},"other":`)
    const payload = decodeMessage(text).payload as Record<string, unknown>
    expect(Object.keys(payload)).toEqual(['__proto__', 'constructor', 'prototype'])
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype)
    const { id, ...rest } = JSON.parse(encodeMessage(full))
    const inherited = JSON.stringify(rest).replace('{', `{"__proto__":{"id":"${id}"},`)
    expect(refusal(() => decodeMessage(inherited)).code).toBe('identifier.invalid')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('takes no member from a prototype that something else has polluted', () => {
    const wire = wireWith('session', undefined)
    Object.defineProperty(Object.prototype, 'session', { value: 'stolen', configurable: true })
    try {
      expect(decodeMessage(wire).session).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'session')
    }
  })

  it('names the path of a tag in the payload that does not hold what it says', () => {
    const failure = refusal(() => decodeMessage(wireWith('payload', { '~1': [{ '~bigint': 'x' }] })))
    expect(failure.details.path).toBe('payload["~1"][0]["~bigint"]')
  })

  it('refuses limits that would limit nothing', () => {
    for (const limit of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '9' as unknown as number]) {
      for (const name of ['maxDepth', 'maxBytes', 'maxKeys']) {
        expect(refusal(() => decodeMessage('{}', { [name]: limit })).code).toBe('wire.invalid_limit')
      }
    }
    expect(refusal(() => decodeMessage('{}', { maxDepth: 513 })).message).toContain('from 1 to 512')
  })

  it('has limits that nobody can change', () => {
    expect(defaultLimits).toEqual({ maxDepth: 64, maxBytes: 1_048_576, maxKeys: 10_000 })
    expect(Object.isFrozen(defaultLimits)).toBe(true)
  })
})

function wireWithPadding(characters: number): string {
  return encodeMessage({ ...full, payload: '€'.repeat(characters) })
}
