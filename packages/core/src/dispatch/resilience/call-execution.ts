import type { AgentMessage, Contract, EventSink, Policy, Priority } from '../../ports/index.js'
import { reply } from '../../ports/index.js'
import { type ActiveCall, type AgentAtWork, checkOutput, type TryOfCall } from '../agent/index.js'
import { Execution } from './execution.js'
import { type Alternative, isOperation } from './fallback.js'
import type { LivePolicy } from './live-policy.js'
import type { Try } from './try.js'

/** What is to come of a call: the agent's message, or what is in it. */
export type Wanted = 'answer' | 'output'

/** Who does the work of a call, and what it is held to. */
export interface Worker {
  readonly agent: AgentAtWork
  readonly events: EventSink
  /** What an operation promises, where that is known. */
  contractOf(operation: string): Contract | undefined
}

/** An execution of one call of an agent. */
export class CallExecution extends Execution {
  readonly units: number
  readonly #worker: Worker
  readonly #innermost: Policy | undefined
  readonly #message: AgentMessage
  readonly #call: ActiveCall
  readonly #wanted: Wanted
  #spentBefore = 0

  constructor(policy: LivePolicy, worker: Worker, message: AgentMessage, call: ActiveCall, wanted: Wanted) {
    super(policy.layers)
    this.#innermost = policy.innermost
    this.#worker = worker
    this.#message = message
    this.#call = call
    this.#wanted = wanted
    this.dueAt = call.dueAt
    const { limiter } = policy.layers
    this.units = limiter?.unitsOf(message) ?? 1
    if (limiter !== undefined) this.#spentBefore = call.spent?.tokens ?? 0
  }

  get priority(): Priority {
    return this.#message.priority
  }

  protected override get isLate(): boolean {
    return this.#call.isLate
  }

  protected override work(attempt: Try): unknown {
    const message = this.#messageOf(attempt.attempt)
    if (this.#innermost === undefined) return this.#work(message, attempt)
    return this.#innermost.execute(
      async ({ signal }) => this.#work(message, withSignal(attempt, signal)),
      attempt.signal,
    )
  }

  protected override async instead(alternative: Alternative, failure: unknown): Promise<unknown> {
    const { payload, operation } = this.#message
    const { context } = this.#call
    const output = isOperation(alternative)
      ? await context.ask(alternative, payload, { idempotencyKey: context.idempotencyKey('fallback') })
      : await (alternative as (failure: unknown, input: unknown) => unknown)(failure, payload)
    const contract = this.#worker.contractOf(operation)
    const checked = contract === undefined ? output : await checkOutput(this.#message, contract, output)
    return this.#wanted === 'answer' ? reply(this.#message, checked, context) : checked
  }

  protected override stoppedBy(reason: unknown): unknown {
    // Whoever waited for the call has been told already.
    return reason
  }

  protected override again(attempt: Try, isBeside: boolean): void {
    const { events } = this.#worker
    if (!events.observed) return
    const message = this.#messageOf(attempt.attempt)
    if (isBeside) events.emit('call.hedged', { message, attempt: attempt.attempt })
    else {
      const { delayMs, lastError: failure } = this
      events.emit('call.retried', { message, attempt: attempt.attempt, delayMs, failure })
    }
  }

  protected override fellBack(failure: unknown): void {
    const { events } = this.#worker
    if (events.observed) events.emit('call.fell_back', { message: this.#message, failure })
  }

  protected override begun(): void {
    this.#call.adopt(this)
  }

  override goOn(error: unknown, permit: number, moment: number): Promise<unknown> {
    // Nobody waits any more: what it failed by is no reason to try again.
    if (this.#call.isOver) {
      this.layers.breaker?.released(permit)
      return Promise.reject(error)
    }
    return super.goOn(error, permit, moment)
  }

  protected override ended(): void {
    const { limiter } = this.layers
    const consumed = limiter === undefined ? 0 : (this.#call.spent?.tokens ?? 0) - this.#spentBefore
    if (consumed > 0) limiter?.settle(this.units * this.attempts, consumed)
    this.#call.took(this.attempts, this.waitedMs)
    this.#call.disown(this)
  }

  #work(message: AgentMessage, attempt: TryOfCall): unknown {
    const { agent } = this.#worker
    const tried = this.#call.tried(message, attempt)
    return this.#wanted === 'answer' ? agent.answer(message, tried) : agent.output(message, tried)
  }

  #messageOf(attempt: number): AgentMessage {
    return attempt === 1 ? this.#message : { ...this.#message, attempt: this.#message.attempt + attempt - 1 }
  }
}

function withSignal(attempt: Try, signal: AbortSignal): TryOfCall {
  return {
    signal,
    get isOver() {
      return attempt.isOver || signal.aborted
    },
    startedAt: attempt.startedAt,
    dueAt: attempt.dueAt,
    adopt: (child) => attempt.adopt(child),
    disown: (child) => attempt.disown(child),
  }
}
