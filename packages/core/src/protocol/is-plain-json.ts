import { isPlainPrototype } from './value-kind.js'

/** Deeper values leave the fast path, where a cycle shows as depth. */
const deepest = 100

/** Whether JSON alone carries a value through unchanged, so that it needs no tags. */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return isPlainNumber(value)
    case 'object':
      return value === null || (depth < deepest && hasPlainMembers(value, depth + 1))
    default:
      return false
  }
}

/** Whether JSON carries a number through: all but NaN, the infinities and -0. */
export function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0)
}

function hasPlainMembers(value: object, depth: number): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (Array.isArray(value)) {
    // Fewer keys are holes, more are members besides the elements; another prototype is a class or another realm.
    if (prototype !== Array.prototype || Object.keys(value).length !== value.length) return false
    for (let index = 0; index < value.length; index++) {
      if (!isPlainJson(value[index], depth)) return false
    }
    return !('toJSON' in value)
  }
  if (prototype === null || !isPlainPrototype(prototype) || 'toJSON' in value) return false
  // Inherited members are looked at too, which at worst sends a plain value the slow way round.
  for (const key in value) {
    if (!isPlainJson((value as Record<string, unknown>)[key], depth)) return false
  }
  return true
}

/** How long the JSON of a plain value can be at most, in characters; nothing for a value that JSON alone does not carry. */
export function plainLength(value: unknown): number | undefined {
  if (!isPlainJson(value)) return undefined
  return longest(value)
}

/** Every character may have to be escaped, which takes six; no number takes more than 25. */
function longest(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 6 * value.length + 3
    case 'object':
      return value === null ? 5 : longestMembers(value)
    default:
      return 26
  }
}

function longestMembers(value: object): number {
  let length = 2
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) length += longest(value[index])
    return length
  }
  for (const key in value) length += 6 * key.length + 3 + longest((value as Record<string, unknown>)[key])
  return length
}
