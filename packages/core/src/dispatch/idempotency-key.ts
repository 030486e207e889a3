import { createHash } from 'node:crypto'

/** One key of many parts: equal for equal parts, in every process, and for no other ones. 32 letters, digits, `-`, `_`. */
export function idempotencyKeyOf(parts: readonly (string | undefined)[]): string {
  const hash = createHash('sha256')
  // Lengths stand before the parts, so that no two lists of parts can run together into the same text.
  // In UTF-16, which tells all strings apart, those with lone surrogates too.
  for (const part of parts) hash.update(part === undefined ? '-;' : `${part.length}:${part};`, 'utf16le')
  return hash.digest('base64url').slice(0, 32)
}
