import { isError } from './is-error.js'

const secretName =
  /pass(word|wd|phrase)?$|secret|token$|api[-_]?key|authori[sz]ation|cookie|credential|private[-_]?key|signature/i
// Every repetition that may begin anywhere is bounded: without that, a long text of letters would take minutes.
const urlCredentials = /(?<=:\/\/)[^\s/@:]{0,255}:[^\s@]{0,511}@(?:[^\s@/]{0,511}@)*/g
const bearer = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi
const providerKey = /\b(sk|pk|rk|ghp|gho|xox[abprs])[-_][a-z0-9_-]{12,}/gi
const assignment = /(password|passwd|secret|api[-_]?key|token)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi

/** What stands in the place of a masked value. */
export const masked = '***'

/** A copy of a value, fit for a log: members with secret-sounding names and credentials within texts are masked. */
export function maskSecrets(value: unknown): unknown {
  return mask(value, new Set())
}

function mask(value: unknown, ancestors: Set<object>): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (ancestors.has(value)) return '[circular]'
  if (ancestors.size >= 16) return '[too deep]'
  ancestors.add(value)
  const copy = maskMembers(value, ancestors)
  ancestors.delete(value)
  return copy
}

function maskMembers(value: object, ancestors: Set<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((item) => mask(item, ancestors))
  if (value instanceof Set) return Array.from(value, (item) => mask(item, ancestors))
  if (value instanceof Map) return maskEntries(value, ancestors)
  const members = maskEntries(
    Object.keys(value).map((name) => [name, memberOf(value, name)]),
    ancestors,
  )
  if (!isError(value)) return members
  const { cause } = value
  return {
    name: value.name,
    message: maskText(value.message),
    ...members,
    ...(cause !== undefined && { cause: mask(cause, ancestors) }),
  }
}

function maskEntries(entries: Iterable<readonly [unknown, unknown]>, ancestors: Set<object>): object {
  const result: [string, unknown][] = []
  for (const [key, item] of entries) {
    const name = String(key)
    const isSecret = secretName.test(name) && item !== undefined && item !== null
    result.push([name, isSecret ? masked : mask(item, ancestors)])
  }
  return Object.fromEntries(result)
}

/** What must be shown must be readable: a getter that throws costs its own value only. */
function memberOf(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return '[unreadable]'
  }
}

/** A text without the credentials in it: those of addresses, of authorization headers, provider keys, `password=…`. */
export function maskText(text: string): string {
  return text
    .replace(urlCredentials, `${masked}@`)
    .replace(bearer, `$1 ${masked}`)
    .replace(providerKey, masked)
    .replace(assignment, `$1$2${masked}`)
}
