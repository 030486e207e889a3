import type { AgentMessage, Policy, Responder } from '../../ports/index.js'
import { type BusFrame, Consumer, type ConsumerOptions } from './consumer.js'
import type { DeathReason } from './dead-letters.js'
import { busFailure } from './failures.js'
import type { PendingRequest } from './pending-request.js'
import { placeOf } from './place.js'

/** A subscription to requests, which it answers. */
export class Respondent extends Consumer<PendingRequest> {
  readonly #responder: () => Responder | undefined
  readonly #policy: Policy | undefined

  constructor(
    frame: BusFrame,
    options: ConsumerOptions,
    gone: () => void,
    responder: () => Responder | undefined,
    policy: Policy | undefined,
  ) {
    super(frame, options, gone)
    this.#responder = responder
    this.#policy = policy
  }

  protected override messageOf({ message }: PendingRequest): AgentMessage {
    return message
  }

  protected override handle(request: PendingRequest): Promise<void> | undefined {
    // Whoever waited has been told.
    if (request.isOver) return undefined
    const responder = this.#responder()
    if (responder === undefined) {
      this.drop(request, 'unsubscribed')
      this.end('unsubscribed')
      return undefined
    }
    let answer: AgentMessage | Promise<AgentMessage>
    try {
      answer =
        this.#policy === undefined ? responder(request.message, request) : this.#under(this.#policy, responder, request)
    } catch (failure) {
      return this.#failed(request, failure)
    }
    if (
      !(answer instanceof Promise) &&
      typeof (answer as Partial<PromiseLike<unknown>> | undefined)?.then !== 'function'
    ) {
      return this.#answered(request, answer)
    }
    return Promise.resolve(answer).then(
      (message) => this.#answered(request, message),
      (failure: unknown) => this.#failed(request, failure),
    )
  }

  protected override drop(request: PendingRequest, reason: DeathReason): void {
    const place = placeOf(request.message)
    if (reason === 'expired') {
      const lateMs = this.frame.clock.now() - (request.message.expiresAt as number)
      request.fail(busFailure('bus.expired', { place, lateMs }))
    } else if (reason === 'dropped') {
      request.fail(busFailure('bus.full', { subscription: this.name, max: this.options.max }))
    } else if (reason === 'unsubscribed') {
      request.fail(busFailure('bus.no_responder', { place }))
    } else {
      request.fail(busFailure('bus.closed', { place }))
    }
  }

  protected override waits(): void {}

  protected override letIn(): void {}

  protected override turnedAway(request: PendingRequest, failure: unknown): void {
    request.fail(failure)
  }

  protected override refuse(request: PendingRequest, failure: unknown): void {
    request.fail(failure)
  }

  #under(policy: Policy, responder: Responder, request: PendingRequest): Promise<AgentMessage> {
    return policy.execute(async (attempt) => responder(request.message, attempt), request.signal)
  }

  #answered(request: PendingRequest, answer: AgentMessage): undefined {
    this.delivered++
    request.answer(answer)
    return undefined
  }

  #failed(request: PendingRequest, failure: unknown): undefined {
    // It was told to stop.
    if (request.isOver) return undefined
    this.failed++
    request.fail(failure)
    return undefined
  }
}
