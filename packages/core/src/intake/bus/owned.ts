/** Handlers that live as long as their owners, though they hold on to these themselves. */
export class Owned {
  readonly #handlers = new WeakMap<object, Set<unknown>>()
  readonly #registry = new FinalizationRegistry<() => void>((gone) => gone())

  /** Gives the handler as long as its owner is alive; `gone` is called some time after it is not. */
  keep<Handler>(handler: Handler, owner: object, gone: () => void): () => Handler | undefined {
    const handlers = this.#handlers.get(owner) ?? new Set()
    this.#handlers.set(owner, handlers)
    // Nothing else may hold on to the handler: it would hold on to its owner.
    const own = { handler }
    handlers.add(own)
    const reference = new WeakRef(own)
    this.#registry.register(owner, gone, own)
    return () => reference.deref()?.handler
  }
}
