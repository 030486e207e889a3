import { codecFailure } from './codec-failure.js'
import { fromJsonForm, toJsonForm } from './json-form.js'
import { scanJson } from './scan-json.js'
import { shown } from './shown.js'
import { type WireLimits, wireLimits } from './wire-limits.js'

/**
 * Writes a value as JSON, so that `decode` brings it back: besides what JSON knows also undefined, NaN, the infinities, -0,
 * BigInt, Date, Map, Set, bytes and typed arrays, sparse arrays, errors and failures with their causes. A value of plain
 * data is its plain JSON; others are tagged and say the version of the tags. Members named by symbols are left out.
 * Throws a failure that names the path for what cannot be carried: functions, symbols, instances of classes, cycles.
 */
export function encode(value: unknown): string {
  const form = toJsonForm(value)
  try {
    return JSON.stringify(form)
  } catch (cause) {
    throw codecFailure('codec.unreadable', { path: '(root)' }, cause)
  }
}

/**
 * Reads what `encode` has written. A text that is trusted (out of one's own store) needs no limits; with limits, those
 * not given being the default ones, it is measured before anything is built from it.
 */
export function decode(text: string, limits?: Partial<WireLimits>): unknown {
  if (typeof text !== 'string') throw notJson(text)
  const bounds = limits === undefined ? undefined : wireLimits(limits)
  if (bounds !== undefined) scanJson(text, bounds)
  return fromJsonForm(parse(text), bounds?.maxKeys)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notJson(text, cause)
  }
}

function notJson(received: unknown, cause?: unknown): Error {
  return codecFailure('codec.malformed', { path: '(root)', received: shown(received), expected: 'JSON' }, cause)
}
