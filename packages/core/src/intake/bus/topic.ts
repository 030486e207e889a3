import { identifier, type StandardSchema, shown } from '../../ports/index.js'
import { busFailure } from './failures.js'
import { isPattern } from './topic-pattern.js'

/** A topic and what is said under it; where it has a reply, requests are answered under it. */
export interface Topic<
  Payload extends StandardSchema = StandardSchema,
  Reply extends StandardSchema | undefined = undefined,
> {
  readonly name: string
  readonly schema: Payload
  readonly reply: Reply
}

/** A topic of whatever kind. */
export type AnyTopic = Topic<StandardSchema, StandardSchema | undefined>
/** A topic under which requests are answered. */
export type RequestTopic = Topic<StandardSchema, StandardSchema>

/** Names a topic, and types what is said under it: `topic('task.done', schema)`; or asked: `topic('price', schema, { reply })`. */
export function topic<Payload extends StandardSchema>(name: string, schema: Payload): Topic<Payload>
export function topic<Payload extends StandardSchema, Reply extends StandardSchema>(
  name: string,
  schema: Payload,
  options: { readonly reply: Reply },
): Topic<Payload, Reply>
export function topic(
  name: string,
  schema: StandardSchema,
  { reply }: { readonly reply?: StandardSchema } = {},
): AnyTopic {
  identifier(name, 'topic')
  if (isPattern(name)) throw invalid('name', name, 'a name without stars; patterns are for subscribe(pattern, …)')
  for (const [option, one] of Object.entries({ schema, ...(reply !== undefined && { reply }) })) {
    if (typeof one?.['~standard']?.validate !== 'function') {
      throw invalid(option, one, 'a schema of a library that follows Standard Schema')
    }
  }
  return Object.freeze({ name, schema, reply })
}

function invalid(option: string, received: unknown, expected: string): Error {
  return busFailure('bus.invalid_option', { what: 'A topic', option, received: shown(received), expected })
}
