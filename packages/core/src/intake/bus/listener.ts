import type { AgentMessage, Delivery, MessageHandler, Policy } from '../../ports/index.js'
import { type BusFrame, Consumer, type ConsumerOptions } from './consumer.js'
import type { DeathReason } from './dead-letters.js'
import { busFailure } from './failures.js'
import { placeOf } from './place.js'
import { Ring } from './ring.js'

/** Who publishes, and is told what became of it. */
export interface Publishing {
  /** A subscription has no room yet. */
  waitFor(accepted: Promise<void>): void
  refused(failure: unknown): void
}

/** A subscription to messages that nobody waits to have answered. */
export class Listener extends Consumer<AgentMessage> {
  readonly #handler: () => MessageHandler | undefined
  readonly #policy: Policy | undefined
  readonly #publishing: Publishing
  readonly #delivery: Delivery
  /** The promises of publishers that wait, in their order. */
  readonly #promises = new Ring<{ resolve(): void; reject(failure: unknown): void }>()

  /** `handler` gives the handler as long as there is one: its owner may be gone. */
  constructor(
    frame: BusFrame,
    options: ConsumerOptions,
    gone: () => void,
    handler: () => MessageHandler | undefined,
    policy: Policy | undefined,
    publishing: Publishing,
  ) {
    super(frame, options, gone)
    this.#handler = handler
    this.#policy = policy
    this.#publishing = publishing
    this.#delivery = { signal: frame.signal }
  }

  protected override messageOf(message: AgentMessage): AgentMessage {
    return message
  }

  protected override handle(message: AgentMessage): Promise<void> | undefined {
    const handler = this.#handler()
    if (handler === undefined) {
      this.drop(message, 'unsubscribed', undefined)
      this.end('unsubscribed')
      return undefined
    }
    let result: unknown
    try {
      result =
        this.#policy === undefined ? handler(message, this.#delivery) : this.#under(this.#policy, handler, message)
    } catch (failure) {
      return this.#failed(message, failure)
    }
    if (!(result instanceof Promise) && typeof (result as PromiseLike<void> | undefined)?.then !== 'function') {
      this.delivered++
      return undefined
    }
    return Promise.resolve(result).then(
      () => {
        this.delivered++
      },
      (failure: unknown) => this.#failed(message, failure),
    )
  }

  protected override drop(message: AgentMessage, reason: DeathReason, failure: unknown): void {
    this.frame.deadLetters.add(message, reason, this, failure)
  }

  protected override waits(): void {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#promises.push({ resolve, reject })
    this.#publishing.waitFor(promise)
  }

  protected override letIn(): void {
    this.#promises.shift()?.resolve()
  }

  protected override turnedAway(_message: AgentMessage, failure: unknown): void {
    this.#promises.shift()?.reject(failure)
  }

  protected override refuse(_message: AgentMessage, failure: unknown): void {
    this.#publishing.refused(failure)
  }

  #under(policy: Policy, handler: MessageHandler, message: AgentMessage): Promise<unknown> {
    return policy.execute(async (attempt) => {
      // It may have waited long before this try.
      if (this.isExpired(message)) {
        const lateMs = this.frame.clock.now() - (message.expiresAt as number)
        throw busFailure('bus.expired', { place: placeOf(message), lateMs })
      }
      return handler(message, attempt)
    }, this.frame.signal)
  }

  #failed(message: AgentMessage, failure: unknown): undefined {
    const isExpired = busFailure.is(failure, 'bus.expired')
    if (isExpired) this.expired++
    else this.failed++
    this.report(message, failure)
    this.drop(message, isExpired ? 'expired' : 'failed', failure)
    return undefined
  }
}
