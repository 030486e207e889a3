import { type Circuit, type Policy, type PolicyAttempt, priorities, shown } from '../../ports/index.js'
import { policyFailure } from './failures.js'
import { cancelled, type ExecuteOptions, FunctionExecution } from './function-execution.js'
import type { Layers } from './layers.js'
import { rejected } from './rejected.js'
import type { RetryLayer } from './retry/retry.js'
import { RetryBudget } from './retry/retry-budget.js'
import { Retrying } from './retry/retrying.js'

/** A policy at work: its layers, and the executions that go through them. */
export class LivePolicy implements Policy {
  readonly layers: Layers
  /** A policy of another library, around the work itself. */
  readonly innermost: Policy | undefined
  readonly #isLight: boolean
  #once: LivePolicy | undefined

  constructor(layers: Layers, innermost: Policy | undefined) {
    this.layers = layers
    this.innermost = innermost
    const { bulkhead, limiter, hedge, timeoutMs, deadlineMs, readsTime } = layers
    const gates = [innermost, bulkhead, limiter, hedge, timeoutMs, deadlineMs]
    this.#isLight = !readsTime && gates.every((one) => one === undefined)
  }

  /** Whether a call may be begun without more ado: nothing would end a try before it ends, or has to let it in first. */
  get isLight(): boolean {
    return this.#isLight && this.layers.breaker?.isFree !== false
  }

  /** The circuit breaker, where there is one: what it is like, and how it is opened and closed by hand. */
  get circuit(): Circuit | undefined {
    return this.layers.breaker
  }

  /** The same gates, without retries. */
  get once(): LivePolicy {
    this.#once ??= this.withRetry(undefined)
    return this.#once
  }

  /** The same gates with other retries, and none that is hedged: for calls of one place that are repeated differently. */
  withRetry(layer: RetryLayer | undefined): LivePolicy {
    const { retry: own, retryBudget: shared, clock } = this.layers
    const retry = layer && new Retrying(layer)
    const budget = layer?.options.budget
    // Where this one has no retries of its own, it has no budget either that theirs could share.
    const retryBudget = own === undefined ? budget && new RetryBudget(budget, clock) : layer && shared
    return new LivePolicy(this.layers.but({ retry, retryBudget, hedge: undefined }), this.innermost)
  }

  execute<Result>(
    work: (attempt: PolicyAttempt) => Promise<Result> | Result,
    signal?: AbortSignal,
    options?: ExecuteOptions,
  ): Promise<Result> {
    const { layers, innermost } = this
    try {
      if (typeof work !== 'function') throw this.#invalid('work', work, 'a function')
      if (layers.isClosed) throw policyFailure('policy.closed', { policy: layers.name })
      if (signal !== undefined) this.#check(signal)
      if (options?.priority !== undefined && !priorities.includes(options.priority)) {
        throw this.#invalid('priority', options.priority, `one of ${priorities.join(', ')}`)
      }
      const { refusal } = layers
      if (refusal !== undefined) return rejected(refusal)
      const inner = innermost === undefined ? work : within(innermost, work)
      const execution = new FunctionExecution(layers, inner, signal, options)
      const outcome = execution.run(layers.readsTime ? layers.clock.monotonic() : Number.NaN)
      return (outcome instanceof Promise ? outcome : Promise.resolve(outcome)) as Promise<Result>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Gives up what waits to be tried again, and begins nothing more. */
  close(): void {
    this.layers.close()
  }

  #invalid(option: string, received: unknown, expected: string): Error {
    const fault = { option, received: shown(received), expected }
    return policyFailure('policy.invalid_option', { layer: this.layers.name, ...fault })
  }

  #check(signal: AbortSignal): void {
    if (typeof signal?.addEventListener !== 'function') throw this.#invalid('signal', signal, 'an AbortSignal')
    if (signal.aborted) throw cancelled(this.layers.name, signal.reason)
  }
}

/** Work as a policy of another library does it. */
function within<Result>(policy: Policy, work: (attempt: PolicyAttempt) => Promise<Result> | Result) {
  return (attempt: PolicyAttempt) => policy.execute(async (own) => work(own), attempt.signal)
}
