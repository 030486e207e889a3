import { shown } from './shown.js'
import { wireFailure } from './wire-failure.js'

/** How much of what comes from outside is taken in. */
export interface WireLimits {
  /** How deep objects and arrays may be nested; the outermost one is the first level. At most 512. */
  readonly maxDepth: number
  /** How many bytes the text may have in UTF-8. */
  readonly maxBytes: number
  /** How many members all objects together may have. */
  readonly maxKeys: number
}

/** The limits that hold unless others are given. */
export const defaultLimits: WireLimits = Object.freeze({ maxDepth: 64, maxBytes: 1_048_576, maxKeys: 10_000 })

/** How deep anything may be nested, whatever the limits say: deeper, walking it could exhaust the stack. */
export const deepestLevel = 512

const highest: WireLimits = {
  maxDepth: deepestLevel,
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxKeys: Number.MAX_SAFE_INTEGER,
}

/** All limits, the default ones where none are given. Throws `wire.invalid_limit` for one that would limit nothing. */
export function wireLimits(given: Partial<WireLimits>): WireLimits {
  if (given === defaultLimits) return defaultLimits
  return { maxDepth: limit(given, 'maxDepth'), maxBytes: limit(given, 'maxBytes'), maxKeys: limit(given, 'maxKeys') }
}

function limit(given: Partial<WireLimits>, name: keyof WireLimits): number {
  const value = given[name] ?? defaultLimits[name]
  // A comparison with NaN is always false: such a limit would let everything in.
  if (Number.isSafeInteger(value) && value >= 1 && value <= highest[name]) return value
  throw wireFailure('wire.invalid_limit', { name, received: shown(value), highest: highest[name] })
}
