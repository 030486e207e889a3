import type { AgentMessage, Delivery, MessageHandler, Policy } from '../../ports/index.js'
import { type BusFrame, Consumer, type ConsumerOptions, isPromiseLike, type Waiter } from './consumer.js'
import type { Addressee, DeathReason } from './dead-letters.js'
import { busFailure } from './failures.js'
import type { Lease, Parts } from './owned.js'

/** Who publishes, and is told what became of it. */
export interface Publishing {
  /** A subscription has no room yet. */
  waitFor(accepted: Promise<void>): void
  refused(failure: unknown): void
}

/** A subscription to messages that nobody waits to have answered. */
export class Listener extends Consumer<AgentMessage> implements Addressee {
  readonly #parts: Lease<Parts<MessageHandler>>
  readonly #policy: Policy | undefined
  readonly #publishing: Publishing
  readonly #delivery: Delivery

  constructor(
    frame: BusFrame,
    options: ConsumerOptions,
    gone: () => void,
    parts: Lease<Parts<MessageHandler>>,
    policy: Policy | undefined,
    publishing: Publishing,
  ) {
    super(frame, options, gone)
    this.#parts = parts
    this.#policy = policy
    this.#publishing = publishing
    this.#delivery = { signal: frame.signal }
  }

  protected override messageOf(message: AgentMessage): AgentMessage {
    return message
  }

  protected override handle(message: AgentMessage): Promise<void> | undefined {
    const handler = this.#parts.get()?.handler
    if (handler === undefined) {
      this.drop(message, 'unsubscribed')
      this.end('unsubscribed')
      return undefined
    }
    let result: unknown
    try {
      result =
        this.#policy === undefined ? handler(message, this.#delivery) : this.#under(this.#policy, handler, message)
      if (!isPromiseLike(result)) {
        this.delivered++
        return undefined
      }
    } catch (failure) {
      return this.#failed(message, failure)
    }
    return Promise.resolve(result).then(
      () => {
        this.delivered++
      },
      (failure: unknown) => this.#failed(message, failure),
    )
  }

  /** Takes in again what came to nothing: it passed the filter before, and nobody would wait for there to be room. */
  again(message: AgentMessage): void {
    this.take(message)
  }

  protected override drop(message: AgentMessage, reason: DeathReason, failure?: unknown): void {
    this.frame.deadLetters.add(message, reason, this, failure)
  }

  protected override waits(): Waiter {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#publishing.waitFor(promise)
    return { resolve, reject }
  }

  protected override refuse(message: AgentMessage, failure: unknown): void {
    // Whoever publishes without waiting would not hear of it.
    this.drop(message, 'refused', failure)
    this.#publishing.refused(failure)
  }

  #under(policy: Policy, handler: MessageHandler, message: AgentMessage): Promise<unknown> {
    return policy.execute(async (attempt) => {
      this.refuseExpired(message)
      return handler(message, attempt)
    }, this.frame.signal)
  }

  #failed(message: AgentMessage, failure: unknown): undefined {
    // It was told to stop, and reported.
    if (this.frame.signal.aborted) return undefined
    const isExpired = busFailure.is(failure, 'bus.expired') && this.isExpired(message)
    if (isExpired) this.expired++
    else this.failed++
    this.report(message, failure)
    this.drop(message, isExpired ? 'expired' : 'failed', failure)
    return undefined
  }
}
