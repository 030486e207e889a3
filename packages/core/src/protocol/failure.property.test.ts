import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from './failure.js'

const secret = 'hunter2-9f8e7d'

const name = fc.constantFrom('a', 'user', 'rows', '0', 'message', '__proto__', 'toJSON', 'constructor')
const secretName = fc
  .tuple(
    fc.constantFrom('', 'db', 'x-', 'my_', 'client'),
    fc.constantFrom(
      'password',
      'Passwd',
      'SECRET',
      'token',
      'apiKey',
      'api_key',
      'authorization',
      'cookie',
      'privateKey',
    ),
  )
  .map(([before, word]) => before + word)

/** Ways in which a text may give a secret away. */
const telling = fc.constantFrom(
  `postgres://me:${secret}@db.example/shop`,
  `see https://me:x@${secret}@host/path for more`,
  `redis://:${secret}@cache`,
  `Authorization: Bearer ${secret}${secret}`,
  `password=${secret}`,
  `api_key: "${secret}", more`,
  `{"access_token":"${secret}"}`,
  `key sk-${secret}-${secret}`,
)
const harmless = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined, 1n),
)

const { value: details } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    harmless,
    telling,
    tie('record'),
    tie('list'),
    tie('map'),
    tie('error'),
  ),
  record: fc
    .array(fc.oneof(fc.tuple(name, tie('value')), fc.tuple(secretName, tie('hidden'))), { maxLength: 5 })
    .map((members) => {
      const object = {}
      for (const [key, value] of members) {
        Object.defineProperty(object, key as string, { value, enumerable: true, configurable: true, writable: true })
      }
      return object
    }),
  hidden: fc.oneof(
    fc.constant(secret),
    fc.constant([secret]),
    fc.constant({ value: secret }),
    fc.constant(new Set([secret])),
  ),
  list: fc.oneof(
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
  map: fc
    .array(fc.tuple(secretName, tie('hidden')), { maxLength: 3 })
    .map((entries) => new Map(entries as [string, unknown][])),
  error: fc
    .tuple(telling, tie('record'))
    .map(([message, members]) => Object.assign(new Error(message), { extra: members, token: secret })),
}))

describe('a failure as JSON', () => {
  it('gives no secret away, however deep it lies in the details, the message or the causes', () => {
    fc.assert(
      fc.property(details, telling, fc.array(telling, { maxLength: 4 }), (value, message, causes) => {
        let cause: unknown = value
        for (const text of causes) cause = Object.assign(new Error(text, { cause }), { password: secret })
        const failure = new Failure({ code: 'a.b', message, remedy: message, retryable: false, details: value, cause })
        const written = JSON.stringify({ failure })
        expect(written).not.toContain(secret)
        expect(written).toContain('"code":"a.b"')
      }),
      { numRuns: 2_000 },
    )
  })
})
