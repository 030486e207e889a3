import { isError } from './is-error.js'

/** What the codec takes an object for; `other` is what it does not know. */
export type ValueKind = 'array' | 'object' | 'bare' | 'map' | 'set' | 'date' | 'error' | 'bytes' | 'buffer' | 'other'

const sizeOfMap = builtIn(Map.prototype, 'size', 'get')
const timeOfDate = builtIn(Date.prototype, 'getTime', 'value')
const sizeOfSet = builtIn(Set.prototype, 'size', 'get')
const lengthOfBuffer = builtIn(ArrayBuffer.prototype, 'byteLength', 'get')

/** Tells the kind of an object, also of one from another realm (a test runner's, a vm's), where `instanceof` says no. */
export function valueKind(value: object): ValueKind {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (Array.isArray(value)) return prototype === Array.prototype || isNamed(prototype, 'Array') ? 'array' : 'other'
  if (prototype === Object.prototype) return 'object'
  if (prototype === null) return 'bare'
  if (isError(value)) return 'error'
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (isPlainPrototype(prototype)) return 'object'
  if (isNamed(prototype, 'Map')) return passes(sizeOfMap, value) ? 'map' : 'other'
  if (isNamed(prototype, 'Set')) return passes(sizeOfSet, value) ? 'set' : 'other'
  if (isNamed(prototype, 'Date')) return passes(timeOfDate, value) ? 'date' : 'other'
  if (isNamed(prototype, 'ArrayBuffer')) return passes(lengthOfBuffer, value) ? 'buffer' : 'other'
  return 'other'
}

/** Whether a prototype is that of plain objects, of this realm or another. */
export function isPlainPrototype(prototype: object): boolean {
  if (prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && isNamed(prototype, 'Object')
}

function isNamed(prototype: object | null, name: string): boolean {
  if (prototype === null || !Object.hasOwn(prototype, 'constructor')) return false
  return (prototype.constructor as { name?: unknown } | null)?.name === name
}

/** Whether a built-in method accepts a value as one of its own, which nobody can pretend to be. */
function passes(method: (this: never) => unknown, value: object): boolean {
  try {
    method.call(value as never)
    return true
  } catch {
    return false
  }
}

function builtIn(prototype: object, name: string, kind: 'get' | 'value'): () => unknown {
  return Reflect.get(Object.getOwnPropertyDescriptor(prototype, name) ?? {}, kind) as () => unknown
}
