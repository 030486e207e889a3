import type { AgentMessage, Policy, Responder } from '../../ports/index.js'
import { type BusFrame, Consumer, type ConsumerOptions, isPromiseLike } from './consumer.js'
import type { DeathReason } from './dead-letters.js'
import { busFailure } from './failures.js'
import type { Lease, Parts } from './owned.js'
import type { PendingRequest } from './pending-request.js'
import { placeOf } from './place.js'

/** A subscription to requests, which it answers. */
export class Respondent extends Consumer<PendingRequest> {
  readonly #parts: Lease<Parts<Responder>>
  readonly #policy: Policy | undefined

  constructor(
    frame: BusFrame,
    options: ConsumerOptions,
    gone: () => void,
    parts: Lease<Parts<Responder>>,
    policy: Policy | undefined,
  ) {
    super(frame, options, gone)
    this.#parts = parts
    this.#policy = policy
  }

  protected override messageOf({ message }: PendingRequest): AgentMessage {
    return message
  }

  protected override handle(request: PendingRequest): Promise<void> | undefined {
    // Whoever waited has been told.
    if (request.isOver) return undefined
    const responder = this.#parts.get()?.handler
    if (responder === undefined) {
      this.drop(request, 'unsubscribed')
      this.end('unsubscribed')
      return undefined
    }
    let answer: AgentMessage | Promise<AgentMessage>
    try {
      answer =
        this.#policy === undefined ? responder(request.message, request) : this.#under(this.#policy, responder, request)
      if (!isPromiseLike(answer)) return this.#answered(request, answer)
    } catch (failure) {
      return this.#failed(request, failure)
    }
    return Promise.resolve(answer).then(
      (message) => this.#answered(request, message),
      (failure: unknown) => this.#failed(request, failure),
    )
  }

  protected override drop(request: PendingRequest, reason: DeathReason): void {
    const place = placeOf(request.message)
    if (reason === 'expired') {
      request.fail(this.expiry(request.message))
    } else if (reason === 'dropped') {
      request.fail(busFailure('bus.full', { subscription: this.name, max: this.options.max }))
    } else if (reason === 'unsubscribed') {
      request.fail(busFailure('bus.no_responder', { place }))
    } else {
      request.fail(busFailure('bus.closed', { place }))
    }
  }

  protected override waits(): undefined {
    return undefined
  }

  protected override refuse(request: PendingRequest, failure: unknown): void {
    request.fail(failure)
  }

  #under(policy: Policy, responder: Responder, request: PendingRequest): Promise<AgentMessage> {
    return policy.execute(async (attempt) => {
      this.refuseExpired(request.message)
      return responder(request.message, attempt)
    }, request.signal)
  }

  #answered(request: PendingRequest, answer: AgentMessage): undefined {
    this.delivered++
    request.answer(answer)
    return undefined
  }

  #failed(request: PendingRequest, failure: unknown): undefined {
    // It was told to stop.
    if (request.isOver) return undefined
    if (busFailure.is(failure, 'bus.expired') && this.isExpired(request.message)) this.expired++
    else this.failed++
    request.fail(failure)
    return undefined
  }
}
