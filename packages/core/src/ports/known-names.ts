import { identifier } from '../protocol/index.js'

/** So many names are remembered before all are forgotten. */
const manyNames = 1_024

/** Checks identifiers that come again and again, such as the names of steps and agents: each is looked at once. */
export class KnownNames {
  readonly #names = new Set<string>()

  /** Throws `identifier.invalid` unless a value is an identifier. */
  check(value: string, what: string): void {
    if (this.#names.has(value)) return
    identifier(value, what)
    if (this.#names.size >= manyNames) this.#names.clear()
    this.#names.add(value)
  }
}
