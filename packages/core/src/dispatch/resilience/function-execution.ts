import { errorText, type PolicyAttempt, type Priority } from '../../ports/index.js'
import { Execution } from './execution.js'
import { type Alternative, isOperation } from './fallback.js'
import { policyFailure } from './failures.js'
import type { Layers } from './layers.js'
import type { Try } from './try.js'

/** What may be said about an execution. */
export interface ExecuteOptions {
  /** How urgent it is, where executions wait for a slot: `normal`. */
  readonly priority?: Priority | undefined
  /** What it takes of a rate limit that is given in units: 1. */
  readonly units?: number | undefined
}

type Work = (attempt: PolicyAttempt) => unknown

/** An execution of a function. */
export class FunctionExecution extends Execution {
  readonly priority: Priority
  readonly units: number
  readonly #work: Work
  readonly #signal: AbortSignal | undefined
  #aborted: (() => void) | undefined

  constructor(layers: Layers, work: Work, signal: AbortSignal | undefined, options: ExecuteOptions | undefined) {
    super(layers)
    this.#work = work
    this.priority = options?.priority ?? 'normal'
    this.units = options?.units ?? 1
    this.#signal = signal
    if (signal !== undefined) this.#watch(signal)
  }

  protected override get isLate(): boolean {
    return false
  }

  protected override work(attempt: Try): unknown {
    return (0, this.#work)(attempt)
  }

  protected override instead(alternative: Alternative, failure: unknown): unknown {
    // Who plans a policy for functions has been told that an operation cannot be asked for here.
    return isOperation(alternative) ? Promise.reject(failure) : (alternative as (failure: unknown) => unknown)(failure)
  }

  protected override stoppedBy(reason: unknown): unknown {
    return cancelled(this.layers.name, reason)
  }

  protected override again(): void {}

  protected override fellBack(): void {}

  protected override begun(): void {}

  protected override ended(): void {
    if (this.#aborted !== undefined) this.#signal?.removeEventListener('abort', this.#aborted)
  }

  // Of its own, so that who gives no signal pays for no closure.
  #watch(signal: AbortSignal): void {
    this.#aborted = () => this.stop(signal.reason)
    signal.addEventListener('abort', this.#aborted, { once: true })
  }
}

/** The failure of work that nobody waits for any more. */
export function cancelled(policy: string, reason: unknown): Error {
  return policyFailure('policy.cancelled', { policy, because: errorText(reason) }, reason)
}
