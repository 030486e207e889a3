/** Gives an object a member of its own, whatever its prototype makes of that name: `__proto__` sets no prototype. */
export function setOwn(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true })
}

/** Reads a member only if it is the object's own, not one of a prototype. */
export function getOwn(source: object, key: string): unknown {
  return Object.hasOwn(source, key) ? (source as Record<string, unknown>)[key] : undefined
}
