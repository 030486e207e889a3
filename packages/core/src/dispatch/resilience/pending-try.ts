import type { ActiveCall, Stoppable } from '../agent/index.js'
import type { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'

/** A try without an execution around it: a circuit breaker hears of it once, though its agent never answers. */
export class PendingTry implements Stoppable {
  isOver = false
  readonly #breaker: CircuitBreaker
  readonly #permit: number
  readonly #call: ActiveCall

  constructor(breaker: CircuitBreaker, permit: number, call: ActiveCall) {
    this.#breaker = breaker
    this.#permit = permit
    this.#call = call
  }

  succeeded(): void {
    if (this.isOver) return
    this.isOver = true
    this.#breaker.succeeded(this.#permit, Number.NaN, Number.NaN)
  }

  stop(): void {
    if (this.isOver) return
    this.isOver = true
    if (this.#call.isLate) this.#breaker.failed(this.#permit, Number.NaN, Number.NaN)
    else this.#breaker.released(this.#permit)
  }
}
