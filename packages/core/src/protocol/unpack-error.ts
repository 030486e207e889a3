import { markExhausted } from './exhausted.js'
import { Failure } from './failure.js'
import { getOwn, setOwn } from './own-member.js'
import type { UnpackWalk } from './unpack-walk.js'

/** An error as it was, but for its class: an `Error` of the same name. */
export function unpackError(content: unknown, walk: UnpackWalk): Error {
  const packed = walk.object(content)
  const error = new Error(text(packed, 'message', walk))
  setOwn(error, 'name', text(packed, 'name', walk), false)
  return complete(error, packed, walk)
}

/** A failure as it was, recognised as one. */
export function unpackFailure(content: unknown, walk: UnpackWalk): Failure {
  const packed = walk.object(content)
  const retryable = getOwn(packed, 'retryable')
  if (typeof retryable !== 'boolean') throw walk.malformed(retryable, 'retryable: true or false')
  const failure = new Failure({
    code: text(packed, 'code', walk),
    message: '',
    remedy: text(packed, 'remedy', walk),
    retryable,
    details: walk.part('details', getOwn(packed, 'details')),
  })
  // Its message holds the remedy already, so it is set rather than made again.
  failure.message = text(packed, 'message', walk)
  if (getOwn(packed, 'exhausted') === true) markExhausted(failure)
  return complete(failure, packed, walk)
}

function complete<Kind extends Error>(error: Kind, packed: object, walk: UnpackWalk): Kind {
  // The stack of the place where it is read would mislead.
  error.stack = Object.hasOwn(packed, 'stack') ? text(packed, 'stack', walk) : `${error.name}: ${error.message}`
  const members = walk.members(walk.object(getOwn(packed, 'members') ?? {}))
  for (const [key, value] of Object.entries(members)) {
    // A member from outside must not stand in the way of what every error has, `toString` and `toJSON` among it.
    if (!(key in error)) setOwn(error, key, value)
  }
  if (Object.hasOwn(packed, 'errors'))
    setOwn(error, 'errors', walk.part('errors', walk.array(getOwn(packed, 'errors'))), false)
  if (Object.hasOwn(packed, 'cause')) setOwn(error, 'cause', walk.part('cause', getOwn(packed, 'cause')), false)
  return error
}

function text(packed: object, name: string, walk: UnpackWalk): string {
  const value = getOwn(packed, name)
  if (typeof value === 'string') return value
  throw walk.malformed(value, `${name}: a text`)
}
