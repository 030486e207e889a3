import { declareFailures } from './declare-failures.js'
import { shown } from './shown.js'

export const identifierFailure = declareFailures({
  'identifier.invalid': {
    when: 'An identifier (of a message, run, session, tenant, agent …) is not one.',
    retryable: false,
    says: ({ what, received, because }: { what: string; received: string; because: string }) =>
      `The ${what} ${received} is not an identifier: it ${because}.`,
    remedy: 'Give any well-formed string of 1 to 512 UTF-8 bytes without NUL.',
  },
})

const maxBytes = 512
/** No string of this many UTF-16 units can exceed the bound, so its bytes need no counting. */
const surelyShort = Math.floor(maxBytes / 3)

/** Whether a value is an identifier: a well-formed string of 1 to 512 UTF-8 bytes without NUL, opaque to Baton. */
export function isIdentifier(value: unknown): value is string {
  return fault(value) === undefined
}

/** Returns the value if it is an identifier, else throws `identifier.invalid`, which calls it by the name given. */
export function identifier(value: unknown, what: string): string {
  const because = fault(value)
  if (because === undefined) return value as string
  throw identifierFailure('identifier.invalid', { what, received: shown(value), because })
}

function fault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'is not a string'
  if (value.length === 0) return 'is empty'
  if (value.length > maxBytes) return 'is longer than 512 bytes'
  if (value.includes('\0')) return 'holds a NUL character'
  if (!value.isWellFormed()) return 'holds a lone surrogate'
  if (value.length > surelyShort && Buffer.byteLength(value) > maxBytes) return 'is longer than 512 bytes'
  return undefined
}
