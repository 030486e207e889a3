import { issuePath, type SchemaResult, type StandardSchema } from '../../ports/index.js'
import { isPromiseLike } from './consumer.js'
import { busFailure } from './failures.js'

/** What a schema makes of a value, or a promise of it where the schema needs time; throws where it does not fit. */
export function checkedPayload(
  topic: string,
  which: 'payload' | 'reply',
  schema: StandardSchema,
  value: unknown,
): unknown {
  const result = schema['~standard'].validate(value)
  // A promise may be of another realm, as those of Node's own modules are in Jest.
  return isPromiseLike(result)
    ? Promise.resolve(result).then((checked) => fitting(topic, which, checked))
    : fitting(topic, which, result)
}

function fitting(topic: string, which: string, result: SchemaResult<unknown>): unknown {
  if (!result.issues) return result.value
  const issues = result.issues.slice(0, 10).map((issue) => ({ path: issuePath(issue), message: issue.message }))
  throw busFailure('bus.invalid_payload', { topic, which, issues })
}
