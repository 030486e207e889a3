import { codecFailure } from './codec-failure.js'
import { isFailure } from './failure.js'
import { valuePath } from './value-path.js'
import { deepestLevel } from './wire-limits.js'

/** Where a walk through a value stands: the way to what it looks at, and the objects that it is in. */
export class PackWalk {
  /** Whoever looks at a part of an object adds its name before and takes it off after. */
  readonly parts: (string | number)[]
  readonly #ancestors: object[] = []
  /** How long the path was when each of the ancestors was entered. */
  readonly #lengths: number[] = []

  constructor(within: readonly string[]) {
    this.parts = [...within]
  }

  get path(): string {
    return valuePath(this.parts)
  }

  /** Goes into an object; throws if the walk is in it already, or too deep. */
  enter(value: object): void {
    const depth = this.#ancestors.indexOf(value)
    if (depth >= 0) {
      const holds = valuePath(this.parts.slice(0, this.#lengths[depth]))
      throw codecFailure('codec.circular', { path: this.path, holds })
    }
    if (this.#ancestors.length >= deepestLevel) {
      throw codecFailure('codec.too_deep', { path: this.path, limit: deepestLevel })
    }
    this.#ancestors.push(value)
    this.#lengths.push(this.parts.length)
  }

  leave(): void {
    this.#ancestors.pop()
    this.#lengths.pop()
  }

  /** Looks at something that may be left out if it cannot be carried; the walk is then where it was before. */
  attempt(look: () => void): void {
    const length = this.parts.length
    const depth = this.#ancestors.length
    try {
      look()
    } catch {
      this.parts.length = length
      this.#ancestors.length = depth
      this.#lengths.length = depth
    }
  }

  /** What to throw for something caught on the way: our own failures as they are, others with the path. */
  failureOf(caught: unknown): unknown {
    return isFailure(caught) ? caught : codecFailure('codec.unreadable', { path: this.path }, caught)
  }
}
