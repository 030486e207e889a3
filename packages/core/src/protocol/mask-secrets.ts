import { isError } from './is-error.js'
import { maskText } from './mask-text.js'
import { readMember } from './read-member.js'

const secretName =
  /pass(word|wd|phrase)?$|^pwd$|secret|token$|(api|access)[-_]?key|^auth$|authori[sz]ation|cookie|credential|private[-_]?key|signature|session[-_]?id$/i

/** What stands in the place of a masked value. */
export const masked = '***'
/** What stands in the place of a value that throws when it is read. */
export const unreadable = '[unreadable]'

/** What is shown of anything at most: shared references would else be shown again and again. */
const mostParts = 10_000
const deepest = 16

/** A copy of a value, fit for a log: members with secret-sounding names and credentials within texts are masked. */
export function maskSecrets(value: unknown): unknown {
  return mask(value, { ancestors: new Set(), parts: 0 })
}

interface Walk {
  readonly ancestors: Set<object>
  parts: number
}

function mask(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  const { ancestors } = walk
  if (ancestors.has(value)) return '[circular]'
  if (ancestors.size >= deepest) return '[too deep]'
  if (++walk.parts > mostParts) return '[too much]'
  ancestors.add(value)
  try {
    return maskParts(value, walk)
  } catch {
    return unreadable
  } finally {
    ancestors.delete(value)
  }
}

function maskParts(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return value.slice(0, mostParts).map((item) => mask(item, walk))
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  // By their tags, so that those of another realm are known too.
  switch (Object.prototype.toString.call(value)) {
    case '[object Date]': {
      const time = (value as Date).getTime()
      return Number.isNaN(time) ? null : new Date(time).toISOString()
    }
    case '[object Set]':
      return Array.from(value as Set<unknown>, (item) => mask(item, walk))
    case '[object Map]':
      return maskEntries(value as Map<unknown, unknown>, walk)
  }
  const members = maskEntries(
    Object.keys(value).map((name) => [name, readMember(value, name, unreadable)]),
    walk,
  )
  if (!isError(value)) return members
  const cause = readMember(value, 'cause')
  return {
    name: mask(readMember(value, 'name', unreadable), walk),
    message: mask(readMember(value, 'message', unreadable), walk),
    ...members,
    ...(cause !== undefined && { cause: mask(cause, walk) }),
  }
}

function maskEntries(entries: Iterable<readonly [unknown, unknown]>, walk: Walk): object {
  const result: [string, unknown][] = []
  for (const [key, item] of entries) {
    const name = typeof key === 'string' ? maskText(key) : String(mask(key, walk))
    const isSecret = secretName.test(name) && item !== undefined && item !== null
    result.push([name, isSecret ? masked : mask(item, walk)])
  }
  return Object.fromEntries(result)
}
