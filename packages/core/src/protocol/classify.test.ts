import { describe, expect, it } from 'vitest'
import { classify, type ErrorClass } from './classify.js'
import { Failure } from './failure.js'

const withMembers = (members: object, cause?: unknown) => Object.assign(new Error('e', { cause }), members)
const failure = (code: string, retryable: boolean, cause?: unknown) =>
  new Failure({ code, message: '', remedy: '', retryable, details: {}, cause })

describe('an error is', () => {
  it.each<[string, unknown, ErrorClass]>([
    ['one of Baton that may be retried', failure('a.b', true), 'retry'],
    ['one of Baton that may not', failure('a.b', false), 'fail'],
    ['a cancelled call', failure('call.cancelled', false), 'ignore'],
    ['a call that timed out', failure('call.timed_out', true), 'retry'],
    ['one of Baton, whatever its cause says', failure('a.b', false, withMembers({ status: 503 })), 'fail'],
    ['an abort', new DOMException('stop', 'AbortError'), 'ignore'],
    ['the reason of an aborted signal', AbortSignal.abort().reason, 'ignore'],
    ['a time-out', new DOMException('late', 'TimeoutError'), 'retry'],
    ['an abort that a library wrapped', withMembers({}, new DOMException('stop', 'AbortError')), 'ignore'],
    ['an error of a program', new TypeError('x is not a function'), 'fatal'],
    ['a reference to nothing', new ReferenceError('x'), 'fatal'],
    ['a syntax error', new SyntaxError('x'), 'fatal'],
    ['a range error', new RangeError('x'), 'fatal'],
    ['any other error', new Error('x'), 'fail'],
    ['a text', 'ECONNRESET', 'fail'],
    ['a number', 503, 'fail'],
    ['nothing', undefined, 'fail'],
    ['null', null, 'fail'],
    ['an object', { code: 'ECONNRESET' }, 'retry'],
  ])('%s', (_, error, expected) => {
    expect(classify(error)).toBe(expected)
  })

  it.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'ENETUNREACH',
    'ENETDOWN',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'EAI_AGAIN',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_SOCKET',
  ])('worth a retry with the network code %s, also as the cause of a failed fetch', (code) => {
    expect(classify(withMembers({ code }))).toBe('retry')
    expect(classify(new TypeError('fetch failed', { cause: withMembers({ code }) }))).toBe('retry')
  })

  it.each(['ENOTFOUND', 'EACCES', 'EPERM', 'ERR_INVALID_URL', 'CERT_HAS_EXPIRED'])('fatal with the code %s', (code) => {
    expect(classify(withMembers({ code }))).toBe('fatal')
    expect(classify(new TypeError('fetch failed', { cause: withMembers({ code }) }))).toBe('fatal')
  })

  it.each<[number, ErrorClass]>([
    [400, 'fail'],
    [401, 'fatal'],
    [403, 'fatal'],
    [404, 'fail'],
    [407, 'fatal'],
    [408, 'retry'],
    [409, 'fail'],
    [410, 'fail'],
    [413, 'fail'],
    [422, 'fail'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [501, 'fatal'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [505, 'fatal'],
    [200, 'fail'],
  ])('by its HTTP status %i: %s', (status, expected) => {
    expect(classify(withMembers({ status }))).toBe(expected)
    expect(classify(withMembers({ statusCode: status }))).toBe(expected)
    expect(classify(withMembers({}, withMembers({ status })))).toBe(expected)
  })

  it('not told by a status that is no number, or an unknown code', () => {
    expect(classify(withMembers({ status: '503' }))).toBe('fail')
    expect(classify(withMembers({ code: 'EWHATEVER' }))).toBe('fail')
    expect(classify(withMembers({ code: 503 }))).toBe('fail')
  })

  it('told by the outermost error that tells anything', () => {
    expect(classify(withMembers({ status: 404 }, withMembers({ code: 'ECONNRESET' })))).toBe('fail')
    expect(classify(withMembers({ code: 'EWHATEVER' }, withMembers({ status: 429 })))).toBe('retry')
  })

  it('looked at without end when its causes have none', () => {
    const error = withMembers({})
    error.cause = error
    expect(classify(error)).toBe('fail')
  })
})
