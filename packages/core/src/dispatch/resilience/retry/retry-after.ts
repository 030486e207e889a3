import { readMember } from '../../../ports/index.js'

/** How long the other side asked to be left alone, as an error or one of its causes tells it; nothing when none does. */
export function retryAfterOf(error: unknown, now: () => number): number | undefined {
  let cause = error
  for (let level = 0; level < 8 && cause !== undefined && cause !== null; level++) {
    const told = toldBy(cause, now)
    if (told !== undefined) return told
    cause = readMember(cause, 'cause')
  }
  return undefined
}

function toldBy(error: unknown, now: () => number): number | undefined {
  const ms = readMember(error, 'retryAfterMs')
  if (isWait(ms)) return ms
  // What HTTP says is on the error itself, or on the response that it carries.
  for (const holder of [error, readMember(error, 'response')]) {
    const headers = readMember(holder, 'headers')
    const inMs = Number(header(headers, 'retry-after-ms') ?? Number.NaN)
    if (isWait(inMs)) return inMs
    const after = header(headers, 'retry-after') ?? readMember(holder, 'retryAfter')
    const wait = waitOf(after, now)
    if (wait !== undefined) return wait
  }
  return undefined
}

/** Seconds, or a date, as HTTP has it. */
function waitOf(after: unknown, now: () => number): number | undefined {
  if (typeof after !== 'string' && typeof after !== 'number') return undefined
  const text = String(after).trim()
  if (text === '') return undefined
  const seconds = Number(text)
  if (!Number.isNaN(seconds)) return isWait(seconds) ? seconds * 1_000 : undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now())
}

function header(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined
  const get = readMember(headers, 'get')
  if (typeof get !== 'function') return readMember(headers, name) ?? undefined
  try {
    return (get as (name: string) => unknown).call(headers, name) ?? undefined
  } catch {
    return undefined
  }
}

function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
