import type { AgentMessage } from '../../ports/index.js'

/** What a subscription is given, and calls as long as it lives. */
export interface Parts<Handler> {
  readonly handler: Handler
  readonly filter: ((message: AgentMessage) => boolean) | undefined
}

/** Parts, as long as there are any. */
export interface Lease<Part> {
  get(): Part | undefined
  /** They are not needed any more. */
  release(): void
}

/** Parts without an owner. */
export function unowned<Part>(part: Part): Lease<Part> {
  return { get: () => part, release: () => {} }
}

/** Parts that live as long as their owners, though they hold on to these themselves. */
export class Owned {
  readonly #parts = new WeakMap<object, Set<unknown>>()
  readonly #registry = new FinalizationRegistry<() => void>((gone) => gone())

  /** Gives the parts as long as their owner is alive; `gone` is called some time after it is not. */
  keep<Part extends object>(part: Part, owner: object, gone: () => void): Lease<Part> {
    const parts = this.#parts.get(owner) ?? new Set()
    this.#parts.set(owner, parts)
    parts.add(part)
    // Nothing else may hold on to the parts, what is made here included: they hold on to their owner.
    const reference = new WeakRef(part)
    this.#registry.register(owner, gone, reference)
    return this.#lease(reference, new WeakRef(owner))
  }

  #lease<Part extends object>(part: WeakRef<Part>, owner: WeakRef<object>): Lease<Part> {
    return {
      get: () => part.deref(),
      release: () => {
        this.#registry.unregister(part)
        const present = owner.deref()
        if (present !== undefined) this.#parts.get(present)?.delete(part.deref())
      },
    }
  }
}
