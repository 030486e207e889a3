import type { AgentMessage, CallContext } from '../../ports/index.js'

interface Child {
  stop(reason: unknown): void
}

/** A call that is handed to an agent at work without a dispatcher, and that a test stops when it wants. */
export class ManualCall {
  readonly beganAt = 0
  readonly dueAt = Number.POSITIVE_INFINITY
  readonly overridesNeeds = false
  readonly spent = undefined
  readonly context: CallContext
  readonly #children = new Set<Child>()
  readonly #controller: AbortController

  constructor(message: AgentMessage, controller = new AbortController()) {
    this.#controller = controller
    const silent = () => {}
    this.context = {
      message,
      signal: controller.signal,
      attempt: message.attempt,
      log: { debug: silent, info: silent, warn: silent, error: silent },
      newId: () => `${message.id}-answer`,
      now: () => message.createdAt,
    } as unknown as CallContext
  }

  /** How many wait to be stopped with it. */
  get children(): number {
    return this.#children.size
  }

  contextWith(needed: Readonly<Record<string, unknown>>): CallContext {
    return Object.assign(this.context, needed)
  }

  async resolve(): Promise<Readonly<Record<string, unknown>>> {
    return {}
  }

  tried(message: AgentMessage): ManualCall {
    return new ManualCall(message)
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted
  }

  get isLate(): boolean {
    return false
  }

  watch(): void {}

  end(): void {}

  took(): void {}

  adopt(child: Child): void {
    this.#children.add(child)
  }

  disown(child: Child): void {
    this.#children.delete(child)
  }

  /** Nobody waits for it any more. */
  stop(reason: unknown): void {
    this.#controller.abort(reason)
    for (const child of this.#children) child.stop(reason)
  }
}
