import { type AgentMessage, type Delivery, errorText, type Priority } from '../../ports/index.js'
import type { Deadlined } from '../../dispatch/resilience/index.js'
import { busFailure } from './failures.js'
import { placeOf } from './place.js'

/** A request that somebody waits to have answered: by its responder, by its time, or by its end. */
export class PendingRequest implements Deadlined, Delivery {
  readonly message: AgentMessage
  readonly promise: Promise<AgentMessage>
  readonly dueAt: number
  place = -1
  isOver = false
  readonly #timeoutMs: number
  #settled: (request: PendingRequest) => void
  #resolve!: (answer: AgentMessage) => void
  #reject!: (failure: unknown) => void
  #failure: unknown
  #controller: AbortController | undefined
  #given: AbortSignal | undefined
  #aborted: (() => void) | undefined

  constructor(message: AgentMessage, now: number, timeoutMs: number, settled: (request: PendingRequest) => void) {
    this.message = message
    this.dueAt = now + timeoutMs
    this.#timeoutMs = timeoutMs
    this.#settled = settled
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get priority(): Priority {
    return this.message.priority
  }

  /** Aborts when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      // It may be asked for only when nobody waits any more.
      if (this.#failure !== undefined) this.#controller.abort(this.#failure)
    }
    return this.#controller.signal
  }

  /** Has a signal end it. */
  watch(signal: AbortSignal): void {
    this.#given = signal
    this.#aborted = () => this.cancel(signal.reason)
    if (signal.aborted) this.#aborted()
    else signal.addEventListener('abort', this.#aborted, { once: true })
  }

  answer(answer: AgentMessage): void {
    if (this.isOver) return
    this.#end()
    this.#resolve(answer)
  }

  fail(failure: unknown): void {
    if (this.isOver) return
    this.#end()
    this.#failure = failure
    this.#reject(failure)
    this.#controller?.abort(failure)
  }

  cancel(reason: unknown): void {
    this.fail(busFailure('bus.cancelled', { place: placeOf(this.message), because: errorText(reason) }, reason))
  }

  expire(): void {
    this.fail(busFailure('bus.timed_out', { place: placeOf(this.message), timeoutMs: this.#timeoutMs }))
  }

  #end(): void {
    this.isOver = true
    if (this.#aborted !== undefined) this.#given?.removeEventListener('abort', this.#aborted)
    this.#settled(this)
  }
}
