import { codecFailure } from './codec-failure.js'
import { checkDepth, checkKeys } from './scan-json.js'
import { shown } from './shown.js'
import { valueKind } from './value-kind.js'
import { valuePath } from './value-path.js'
import { defaultLimits, type WireLimits, wireLimits } from './wire-limits.js'

/**
 * Lets an untrusted value in that something else has parsed (a host's body parser), or throws: for one that is too deep,
 * has too many keys, or holds what no data holds: a function, an instance of a class, an object with a prototype of its own.
 * Keys such as `__proto__` and `constructor` are data and stay: nothing of Baton ever assigns by such a name.
 */
export function admit(value: unknown, limits: Partial<WireLimits> = defaultLimits): void {
  new Admission(wireLimits(limits)).look(value)
}

class Admission {
  readonly #limits: WireLimits
  readonly #parts: (string | number)[] = []
  #keys = 0

  constructor(limits: WireLimits) {
    this.#limits = limits
  }

  look(value: unknown): void {
    if (typeof value === 'function' || typeof value === 'symbol') throw this.#unsupported(value)
    if (typeof value !== 'object' || value === null) return
    // A cycle ends here too: it is deeper than any limit.
    checkDepth(this.#parts.length + 1, this.#limits)
    switch (valueKind(value)) {
      case 'array':
      case 'map':
      case 'set':
        return this.#items(value as Iterable<unknown>)
      case 'object':
      case 'bare':
        return this.#members(value as Record<string, unknown>)
      case 'other':
      case 'error':
        throw this.#unsupported(value)
      default:
    }
  }

  #members(value: Record<string, unknown>): void {
    for (const key of Object.keys(value)) {
      checkKeys(++this.#keys, this.#limits)
      this.#part(key, value[key])
    }
  }

  #items(items: Iterable<unknown>): void {
    let index = 0
    for (const item of items) this.#part(index++, item)
  }

  #part(name: string | number, value: unknown): void {
    this.#parts.push(name)
    this.look(value)
    this.#parts.pop()
  }

  #unsupported(value: unknown): Error {
    return codecFailure('codec.unsupported_value', {
      path: valuePath(this.#parts),
      received: shown(value),
      instead: 'plain data, as JSON has it',
    })
  }
}
