import { markExhausted } from './exhausted.js'
import { Failure } from './failure.js'
import { getOwn } from './own-member.js'

/** The failure that plain JSON tells of (a client that knows no tags writes one as `toJSON` does), else the value itself. */
export function plainFailure(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || getOwn(value, 'name') !== 'Failure') return value
  const code = getOwn(value, 'code')
  const message = getOwn(value, 'message')
  const remedy = getOwn(value, 'remedy') ?? ''
  const retryable = getOwn(value, 'retryable') ?? false
  if (typeof code !== 'string' || typeof message !== 'string') return value
  if (typeof remedy !== 'string' || typeof retryable !== 'boolean') return value
  const retryAfterMs = getOwn(value, 'retryAfterMs')
  const failure = new Failure({
    code,
    message: '',
    remedy,
    retryable,
    details: getOwn(value, 'details'),
    cause: getOwn(value, 'cause'),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  })
  if (getOwn(value, 'exhausted') === true) markExhausted(failure)
  failure.message = message
  failure.stack = `${failure.name}: ${message}`
  return failure
}
