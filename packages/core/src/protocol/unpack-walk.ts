import { codecFailure } from './codec-failure.js'
import { setOwn } from './own-member.js'
import { shown } from './shown.js'
import { valuePath } from './value-path.js'
import { deepestLevel } from './wire-limits.js'

/** A tag takes at most this many levels of JSON for one level of the value: a map is an object, a list and pairs. */
const deepest = deepestLevel * 3 + 3

/** Turns one packed value back; `unpack` is one. */
export type Unpack = (packed: unknown, walk: UnpackWalk) => unknown

/** Where the unpacking of a value stands. It rebuilds in place what JSON.parse has made. */
export class UnpackWalk {
  /** The way to what it looks at, through the tags as the text has them. */
  readonly #parts: (string | number)[]
  readonly #unpack: Unpack
  /** A few bytes can ask for an array of any length: for a text that is not trusted, this is the longest. */
  readonly longestSparse: number
  #emptied = 0

  constructor(unpack: Unpack, longestSparse: number, within: readonly string[]) {
    this.#unpack = unpack
    this.longestSparse = longestSparse
    this.#parts = [...within]
  }

  part(name: string | number, packed: unknown): unknown {
    if (typeof packed !== 'object' || packed === null) return packed
    return this.within(name, () => this.#unpack(packed, this))
  }

  /** Whether sparse arrays of so much more length may be made: one by one each may be short, and all together not. */
  mayEmpty(length: number): boolean {
    this.#emptied += length
    return this.#emptied <= this.longestSparse
  }

  /** Reads something that has this name in the text. */
  within<Result>(name: string | number, read: () => Result): Result {
    this.#parts.push(name)
    if (this.#parts.length > deepest) throw this.malformed('more', `at most ${deepest} levels`)
    const result = read()
    this.#parts.pop()
    return result
  }

  /** The members of an object, each unpacked. */
  members(packed: object): object {
    for (const key of Object.keys(packed)) {
      const member = (packed as Record<string, unknown>)[key]
      const value = this.part(key, member)
      if (value !== member) setOwn(packed, key, value)
    }
    return packed
  }

  /** The items of an array, each unpacked. */
  items(packed: unknown): unknown[] {
    const items = this.array(packed)
    for (let index = 0; index < items.length; index++) items[index] = this.part(index, items[index])
    return items
  }

  array(packed: unknown, length?: number): unknown[] {
    if (Array.isArray(packed) && (length === undefined || packed.length === length)) return packed
    throw this.malformed(packed, length === undefined ? 'an array' : `an array of ${length}`)
  }

  object(packed: unknown): object {
    if (typeof packed === 'object' && packed !== null && !Array.isArray(packed)) return packed
    throw this.malformed(packed, 'an object')
  }

  malformed(received: unknown, expected: string): Error {
    return codecFailure('codec.malformed', { path: valuePath(this.#parts), received: shown(received), expected })
  }
}
