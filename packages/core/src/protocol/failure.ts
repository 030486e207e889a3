import { isExhausted } from './exhausted.js'
import { isError } from './is-error.js'
import { maskSecrets, unreadable } from './mask-secrets.js'
import { maskText } from './mask-text.js'
import { readMember } from './read-member.js'

const brand = Symbol.for('baton.failure')

export interface FailureInit<Details> {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly retryable: boolean
  readonly details: Details
  readonly cause?: unknown
  readonly retryAfterMs?: number | undefined
}

/** What went wrong, as data: the one error class of Baton. The code carries the meaning, the message names the remedy. */
export class Failure<Details = unknown> extends Error {
  /** Recognises a failure of another installed copy of this package, where `instanceof` would not. */
  readonly [brand] = true
  override readonly name = 'Failure'
  readonly code: string
  readonly remedy: string
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean
  readonly details: Details
  /** How long the other side wants to be left alone, where it has said so. */
  declare readonly retryAfterMs?: number

  constructor(init: FailureInit<Details>) {
    // What a library says of a failed connection may hold its password.
    super(sentences(init.message, init.remedy), init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.remedy = init.remedy
    this.retryable = init.retryable
    this.details = init.details
    if (init.retryAfterMs !== undefined) this.retryAfterMs = init.retryAfterMs
  }

  /** Whether a policy has tried it often enough: to begin it once more from further outside would only add to the load. */
  get exhausted(): boolean {
    return isExhausted(this)
  }

  /** The failure without its stack, for logs and answers: whatever looks like a secret is masked, in its causes too. */
  toJSON(): object {
    return maskSecrets({
      name: this.name,
      code: this.code,
      message: this.message,
      remedy: this.remedy,
      retryable: this.retryable,
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(this.exhausted && { exhausted: true }),
      details: this.details,
      ...(this.cause !== undefined && { cause: causeOf(this.cause, 8) }),
    }) as object
  }
}

/** Whether a caught value is a failure of Baton (of any installed copy), and one with this code if a code is given. */
export function isFailure(value: unknown, code?: string): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    readMember(value, brand) === true &&
    (code === undefined || readMember(value, 'code') === code)
  )
}

/** Both, without credentials; where a sentence that was quoted brought its own full stop, one is enough. */
function sentences(message: string, remedy: string): string {
  return maskText(`${message} ${remedy}`.trim()).replace(/(?<!\.)\.\.(?!\.)/g, '.')
}

function causeOf(cause: unknown, levels: number): unknown {
  if (!isError(cause)) return cause
  const [code, retryable, inner] = ['code', 'retryable', 'cause'].map((name) => readMember(cause, name))
  return {
    name: readMember(cause, 'name', unreadable),
    message: readMember(cause, 'message', unreadable),
    ...(code !== undefined && { code }),
    ...(retryable !== undefined && { retryable }),
    ...(inner !== undefined && levels > 0 && { cause: causeOf(inner, levels - 1) }),
  }
}
