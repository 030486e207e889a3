import { wireFailure } from './wire-failure.js'
import type { WireLimits } from './wire-limits.js'

const quote = 0x22
const colon = 0x3a
const backslash = 0x5c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])

/**
 * Throws if a JSON text is larger, deeper or has more keys than the limits allow. It reads the text once and builds
 * nothing; whether the text is JSON is left to the parser, which stops where this reading would go astray.
 */
export function scanJson(text: string, limits: WireLimits): void {
  checkBytes(Buffer.byteLength(text), limits)
  let depth = 0
  let keys = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === quote) at = endOfString(text, at)
    else if (opening.has(unit)) checkDepth(++depth, limits)
    else if (closing.has(unit)) depth--
    else if (unit === colon) checkKeys(++keys, limits)
  }
}

/** Throws if there are more bytes than the limits allow. */
export function checkBytes(received: number, { maxBytes: limit }: WireLimits): void {
  if (received > limit) throw wireFailure('wire.too_large', { limit, received })
}

/** Throws if the nesting is deeper than the limits allow. */
export function checkDepth(received: number, { maxDepth: limit }: WireLimits): void {
  if (received > limit) throw wireFailure('wire.too_deep', { limit, received })
}

/** Throws if there are more keys than the limits allow. */
export function checkKeys(received: number, { maxKeys: limit }: WireLimits): void {
  if (received > limit) throw wireFailure('wire.too_many_keys', { limit, received })
}

function endOfString(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1)
    if (at < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return at
  }
}
