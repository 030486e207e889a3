import { isFailure } from './failure.js'
import { isError } from './is-error.js'
import { readMember } from './read-member.js'

/**
 * What an error means to whoever decides what happens next.
 *
 * - `retry`: the other side is unwell or busy; the same call may succeed later. Counts against the other side.
 * - `fail`: the request itself is at fault; it would fail again. Counts against nobody.
 * - `ignore`: somebody stopped waiting. Counts against nobody.
 * - `fatal`: the other side is broken or misconfigured; do not repeat it there. Counts against the other side.
 */
export type ErrorClass = 'retry' | 'fail' | 'ignore' | 'fatal'

/** Tells the class of an error, or undefined to leave it to the next classifier. */
export type Classifier = (error: unknown) => ErrorClass | undefined

const networkCodes = new Set([
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
])
const misconfigured = new Set(['ENOTFOUND', 'EACCES', 'EPERM', 'ERR_INVALID_URL', 'CERT_HAS_EXPIRED'])
const programmingErrors: ReadonlySet<unknown> = new Set(['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError'])
const passingStatus = new Set([408, 425, 429, 500, 502, 503, 504])
const brokenStatus = new Set([401, 403, 407, 501, 505])

/** The rules that hold unless others are given: our own failures, aborts, HTTP status, network codes, programming errors. */
export function classify(error: unknown): ErrorClass {
  let cause = error
  let last = error
  // A library often wraps the telling error: `fetch failed` carries the network code in its cause.
  for (let level = 0; level < 8 && cause !== undefined && cause !== null; level++) {
    const found = classifyOne(cause)
    if (found !== undefined) return found
    last = cause
    cause = readMember(cause, 'cause')
  }
  return isProgrammingError(last) || isProgrammingError(error) ? 'fatal' : 'fail'
}

function classifyOne(error: unknown): ErrorClass | undefined {
  if (isFailure(error)) {
    // What an agent threw tells more than that it threw.
    const [ownCode, ownCause] = [readMember(error, 'code'), readMember(error, 'cause')]
    if (ownCode === 'agent.failed' && ownCause !== undefined && ownCause !== null) return undefined
    if (typeof ownCode === 'string' && ownCode.endsWith('.cancelled')) return 'ignore'
    return readMember(error, 'retryable') === true ? 'retry' : 'fail'
  }
  const [name, code, status, statusCode] = ['name', 'code', 'status', 'statusCode'].map((one) => readMember(error, one))
  if (name === 'AbortError') return 'ignore'
  if (name === 'TimeoutError') return 'retry'
  if (typeof code === 'string') {
    if (networkCodes.has(code)) return 'retry'
    if (misconfigured.has(code)) return 'fatal'
  }
  const http = typeof status === 'number' ? status : typeof statusCode === 'number' ? statusCode : undefined
  if (http !== undefined && http >= 400) {
    if (passingStatus.has(http)) return 'retry'
    return brokenStatus.has(http) ? 'fatal' : 'fail'
  }
  return undefined
}

function isProgrammingError(error: unknown): boolean {
  return isError(error) && programmingErrors.has(readMember(error, 'name'))
}
