import type { OpenRequest } from '../../dispatch/index.js'
import type { Failure, Operation } from '../../ports/index.js'
import type { AnyCallRules } from '../graph/index.js'
import { markKey, permitKey } from '../journal/index.js'
import { runFailure } from './failures.js'
import type { Frame } from './frame.js'
import { failed, type StepOutcome, succeeded } from './outcome.js'
import { type Begun, endOf, recordEnd } from './record-end.js'
import { enter, leave, type Slots, type Waiting } from './slots.js'

/** One operation to be done within a run: asked for once there is a slot, its outcome recorded, and told when that is durable. */
export abstract class Task implements Begun, Waiting {
  readonly frame: Frame
  readonly key: string
  /** How often its agents were tried, and how long it waited. */
  attempts = 0
  waitedMs = 0
  passed = 0
  protected readonly rules: AnyCallRules
  readonly #operation: Operation
  readonly #request: OpenRequest | undefined
  #gates: readonly Slots[] = []
  #beganAt = 0
  #input: unknown
  #own: OpenRequest | undefined
  #watch: Disposable | undefined
  #idleness: Failure | undefined
  /** Whether it had to wait for a slot. */
  #isLate = false

  constructor(frame: Frame, key: string, operation: Operation, rules: AnyCallRules, request: OpenRequest | undefined) {
    this.frame = frame
    this.key = key
    this.rules = rules
    this.#operation = operation
    this.#request = request
  }

  /** Makes what the operation is asked with. */
  protected abstract makeInput(): unknown

  /** Makes an output of a failure that nothing else mended; throws it where that cannot be done. */
  protected mend(failure: Failure): unknown {
    throw failure
  }

  /** Whether what comes of it matters no more. */
  protected get isOver(): boolean {
    return this.frame.isOver
  }

  abstract isLast(hasFailed: boolean): boolean
  abstract ended(outcome: StepOutcome): void

  get ms(): number {
    return this.frame.execution.clock.monotonic() - this.#beganAt
  }

  begin(): void {
    const { execution } = this.frame
    if (!execution.past.isEmpty) {
      const record = execution.past.settled(this.key)
      if (record !== undefined) return this.ended(endOf(record))
    }
    if (execution.isReplay) return execution.leftOpen(this.key)
    execution.enter()
    this.#beganAt = execution.clock.monotonic()
    this.#gates = execution.gatesFor(this.#operation.agent)
    enter(this.#gates, this)
    this.#isLate = true
  }

  admitted(): void {
    const { frame } = this
    const { execution } = frame
    if (this.isOver) return this.#leave()
    if (this.#isLate) this.waitedMs = this.ms
    try {
      this.#input = this.makeInput()
      if (this.rules.atMostOnce === true) return this.#mark()
    } catch (error) {
      return this.#end(failed, error)
    }
    execution.started(this.key, this.#operation)
    this.#ask(this.#operation)
  }

  #ask(operation: Operation): void {
    const { execution } = this.frame
    const { rules, key } = this
    const policy = execution.policyFor(operation, rules)
    const request = this.#watched()
    const idempotencyKey = execution.idempotencyKey(key)
    request
      .ask(operation, this.#input, {
        step: key,
        idempotencyKey,
        timeoutMs: rules.timeoutMs,
        policy,
        once: rules.atMostOnce,
        tally: this,
      })
      .then(
        (output) => this.#succeeded(output),
        (error: unknown) => this.#failed(error, operation),
      )
  }

  #succeeded(output: unknown): void {
    this.#unwatch()
    if (this.isOver) return this.#leave()
    this.#end(succeeded, output)
  }

  #failed(error: unknown, operation: Operation): void {
    this.#unwatch()
    if (this.isOver) return this.#leave()
    const wasIdle = this.#idleness !== undefined
    const failure = this.#idleness ?? (error as Failure)
    this.#idleness = undefined
    const { fallback, retry } = this.rules
    if (wasIdle && retry && this.attempts < retry.attempts) return this.#ask(operation)
    if (fallback !== undefined && operation !== fallback) return this.#ask(fallback)
    this.#mended(failure)
  }

  #mended(failure: Failure): void {
    const unmended = (error: unknown) =>
      this.#end(failed, error === failure ? failure : this.frame.blame(this.key, 'onFailure', error))
    let output: unknown
    try {
      output = this.mend(failure)
    } catch (error) {
      return unmended(error)
    }
    if (output instanceof Promise) output.then((mended) => this.#end(succeeded, mended), unmended)
    else this.#end(succeeded, output)
  }

  #end(as: typeof succeeded | typeof failed, value: unknown): void {
    if (this.isOver) return this.#leave()
    const ended = as(value, this.ms, this.waitedMs)
    leave(this.#gates)
    recordEnd(this, ended, this.#operation.agent, this.attempts)
  }

  #leave(): void {
    leave(this.#gates)
    this.frame.execution.leave()
  }

  /** Records durably that it begins. Where it had begun before and nobody knows what came of it, a person has to decide. */
  #mark(): void {
    const { execution } = this.frame
    const { past } = execution
    let number = 1
    while (past.find(markKey(this.key, number)) !== undefined) {
      if (past.find(permitKey(this.key, number)) === undefined) {
        execution.unclear(this.key)
        return this.#leave()
      }
      number++
    }
    execution.record({ key: markKey(this.key, number), kind: 'mark', attempt: number }, () => {
      if (this.isOver) return this.#leave()
      execution.started(this.key, this.#operation)
      this.#ask(this.#operation)
    })
  }

  #watched(): OpenRequest {
    const request = this.#request as OpenRequest
    const { idleTimeoutMs } = this.rules
    if (idleTimeoutMs === undefined) return request
    const own = request.branch()
    this.#own = own
    this.#watch = this.frame.execution.watchIdle(this.key, idleTimeoutMs, () => {
      const details = { workflow: this.frame.definition.name, step: this.key, idleMs: idleTimeoutMs }
      this.#idleness = runFailure('workflow.step_idle', details)
      own.stop(this.#idleness)
    })
    return own
  }

  #unwatch(): void {
    if (this.#own === undefined) return
    this.#request?.disown(this.#own)
    this.#watch?.[Symbol.dispose]()
    this.#own = undefined
  }
}
