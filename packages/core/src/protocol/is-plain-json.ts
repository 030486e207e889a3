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
