import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { admit } from './admit.js'
import { decode } from './codec.js'
import { checkMessage } from './create-message.js'
import { isFailure } from './failure.js'
import { isIdentifier } from './identifier.js'
import type { AgentMessage } from './message.js'
import { decodeMessage, encodeMessage } from './message-codec.js'
import { priorities } from './priority.js'

const runs = { numRuns: 2_000 }

const identifier = fc
  .oneof(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), fc.constantFrom('__proto__', '/', ':', '~1', 'v'))
  .filter(isIdentifier)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const time = fc.integer({ min: 0, max: 8.64e15 })
const hex = (length: number) =>
  fc.string({ minLength: length, maxLength: length, unit: fc.constantFrom(...Array.from('0123456789abcdef')) })
const carried = fc.oneof(
  fc.jsonValue({ maxDepth: 5 }),
  fc.constantFrom<unknown>(undefined, { '~1': 1 }, { '~date': null }, new Map([[{ a: 1n }, new Set([undefined])]])),
  fc.array(fc.oneof(fc.bigInt(), fc.date({ noInvalidDate: false }), fc.uint8Array(), fc.double())),
)

const message: fc.Arbitrary<AgentMessage> = fc.record(
  {
    id: identifier,
    type: fc.constantFrom('request', 'response', 'event', 'error'),
    sender: identifier,
    receiver: fc.oneof(
      fc.record({ agent: identifier }, { noNullPrototype: true }),
      fc.record({ group: identifier }, { noNullPrototype: true }),
      fc.constant({ everyone: true } as const),
    ),
    replyTo: maybe(identifier),
    operation: identifier,
    payload: carried,
    context: carried,
    correlationId: identifier,
    causationId: maybe(identifier),
    session: maybe(identifier),
    tenant: maybe(identifier),
    runId: maybe(identifier),
    step: maybe(identifier),
    idempotencyKey: maybe(identifier),
    priority: fc.constantFrom(...priorities),
    createdAt: time,
    expiresAt: maybe(time),
    deadline: maybe(time),
    attempt: fc.integer({ min: 1 }),
    depth: fc.nat(),
    budget: maybe(fc.record({ calls: fc.nat(), costUsd: fc.integer() }, { requiredKeys: [], noNullPrototype: true })),
    traceparent: maybe(fc.tuple(hex(2), hex(32), hex(16), hex(2)).map((parts) => parts.join('-'))),
    signature: maybe(fc.string()),
  },
  { noNullPrototype: true },
)

/** Names that pollute where one assigns by them, and names that mean something to the codec. */
const hostileKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'polluted', 'toString', 'toJSON', 'then', 'length'),
  fc.constantFrom('~1', '~2', '~data', '~bare', '~map', '~set', '~sparse', '~error', '~failure', '~date', '~bigint'),
  fc.constantFrom(
    '~bytes',
    '~typed',
    '~number',
    '~undefined',
    'members',
    'message',
    'name',
    'code',
    'details',
    'cause',
  ),
  fc.string(),
)

/** JSON texts in which any such name may stand at any depth, more than once in one object too. */
const hostileJson = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc
      .oneof(fc.jsonValue({ maxDepth: 0 }), fc.constantFrom(-0, 1e308, 4294967295))
      .map((value) => JSON.stringify(value)),
    fc
      .array(fc.tuple(hostileKey, tie('text')), { maxLength: 4 })
      .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`),
    fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    tie('text').map((text) => `{"~1":${text}}`),
    tie('text').map((text) => `{"__proto__":{"polluted":${text}},"constructor":{"prototype":{"polluted":1}}}`),
    fc
      .tuple(tie('text'), tie('text'))
      .map(([members, cause]) => `{"~error":{"name":"E","message":"m","members":${members},"cause":${cause}}}`),
    tie('text').map(
      (text) =>
        `{"~failure":{"code":"a.b","message":"m","remedy":"r","retryable":true,"details":${text},"members":${text}}}`,
    ),
  ),
})).text

const memberNames = Object.keys(fc.sample(message, 1)[0] as object)

/** The text of a valid message with other texts put in the place of some members, or beside them under the same name. */
const hostileMembers = fc
  .tuple(message, fc.array(fc.tuple(fc.oneof(fc.constantFrom(...memberNames, 'v'), hostileKey), hostileJson)))
  .map(([valid, changes]) => {
    const members = changes.map(([name, text]) => `,${JSON.stringify(name)}:${text}`)
    return `${encodeMessage(valid).slice(0, -1)}${members.join('')}}`
  })

const hostilePayload = fc
  .tuple(message, hostileJson, fc.constantFrom('payload', 'context'))
  .map(([valid, text, name]) => `${encodeMessage(valid).slice(0, -1)},"${name}":${text}}`)

const truncated = fc
  .tuple(fc.oneof(message.map(encodeMessage), hostileMembers), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([text, share]) => text.slice(0, Math.floor(text.length * share)))

const altered = fc
  .tuple(
    fc.oneof(message.map(encodeMessage), hostilePayload),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Array.from('{}[]",:~\\1e')))),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [at, unit]) => {
      const place = at % (changed.length + 1)
      return `${changed.slice(0, place)}${unit}${changed.slice(place + 1)}`
    }, text),
  )

const tooDeep = fc
  .tuple(fc.integer({ min: 65, max: 20_000 }), fc.constantFrom('[', '{"a":', '{"__proto__":', '{"~1":', '{"~set":['))
  .map(([levels, opening]) => opening.repeat(levels))

const tooLarge = fc.integer({ min: 1_048_577, max: 1_100_000 }).map((length) => `"${'x'.repeat(length)}`)

const hostile: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { arbitrary: fc.oneof(hostileJson, hostileMembers, hostilePayload), weight: 12 },
  { arbitrary: fc.oneof(truncated, altered), weight: 6 },
  { arbitrary: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string()), weight: 2 },
  { arbitrary: fc.oneof(tooDeep, tooLarge), weight: 1 },
)

const pristine = Object.getOwnPropertyDescriptors(Object.prototype)

function assertUnpolluted(): void {
  assert.deepStrictEqual(Reflect.ownKeys(Object.prototype), Reflect.ownKeys(pristine))
  assert.deepStrictEqual(Object.getOwnPropertyDescriptors(Object.prototype), pristine)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.equal(([] as { polluted?: unknown }).polluted, undefined)
}

/** What an action returns; what it refuses it must refuse with one of our failures. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch (caught) {
    assert.ok(isFailure(caught), `refused with ${String(caught)}`)
    assert.ok(caught.remedy.length > 0)
    assert.match(caught.code, /^(wire|codec|message|identifier)\./)
    return undefined
  }
}

/** Whether each object in a value has the prototype of its kind, so that nothing in it came from a text. */
function hasOwnKindsOnly(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype !== null && !Object.hasOwn(prototype, 'constructor')) return false
  if (value instanceof Map) return [...value].flat().every(hasOwnKindsOnly)
  if (value instanceof Set) return [...value].every(hasOwnKindsOnly)
  if (ArrayBuffer.isView(value)) return true
  return Object.values(value).every(hasOwnKindsOnly)
}

describe('decodeMessage', () => {
  it('brings every valid message back, in text that survives UTF-8', () => {
    fc.assert(
      fc.property(message, (valid) => {
        const text = encodeMessage(valid)
        assert.ok(text.isWellFormed())
        assert.deepStrictEqual(decodeMessage(text), valid)
        assert.deepStrictEqual(decodeMessage(Buffer.from(text)), valid)
      }),
      runs,
    )
  })

  it('takes of hostile texts only messages, refuses the rest with failures, and pollutes nothing', () => {
    let accepted = 0
    fc.assert(
      fc.property(hostile, (text) => {
        const decoded = attempt(() => decodeMessage(text))
        assertUnpolluted()
        if (decoded === undefined) return
        accepted++
        checkMessage(decoded)
        assert.deepStrictEqual(Object.keys(decoded), memberNames)
        assert.ok(hasOwnKindsOnly(decoded))
        attempt(() => encodeMessage(decoded))
        assertUnpolluted()
      }),
      runs,
    )
    assert.ok(accepted > runs.numRuns / 20, `only ${accepted} cases got past the door`)
  })
})

describe('decode with limits, and admit', () => {
  it('refuse hostile texts and values with failures, and pollute nothing', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 64 }), (text, maxDepth) => {
        const value = attempt(() => decode(String(text), { maxDepth, maxKeys: 50 }))
        assertUnpolluted()
        attempt(() => admit(value, { maxDepth, maxKeys: 50 }))
        assertUnpolluted()
      }),
      runs,
    )
  })

  it('measure alike: what a text is refused for, its parsed value is refused for, and nothing else', () => {
    const code = (act: () => unknown): string | undefined => {
      try {
        act()
        return undefined
      } catch (caught) {
        assert.ok(isFailure(caught))
        return caught.code
      }
    }
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat(6), fc.nat(12), (text, depth, keys) => {
        const limits = { maxDepth: depth + 1, maxKeys: keys + 1 }
        // Duplicate names are counted in the text and gone from the value.
        const once = JSON.stringify(JSON.parse(text))
        const scanned = code(() => decode(once, limits))
        const walked = code(() => admit(JSON.parse(once), limits))
        if (scanned === undefined || walked === undefined) assert.equal(scanned, walked)
      }),
      runs,
    )
  })
})
