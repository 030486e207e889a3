import type { AgentMessage, BudgetRemaining, Needs, Policy, Usage } from '../ports/index.js'
import type { ActiveCall, Stoppable, TryOfCall } from './agent/index.js'
import { checkUsage } from './budget/index.js'
import type { Call, Parent } from './call.js'
import { Context, type ContextHost } from './context.js'
import type { Request } from './request.js'

/** One try of a call: the message as it reaches the agent, and the context that the agent is given with it. */
export class Attempt implements ActiveCall, Parent {
  readonly call: Call
  readonly message: AgentMessage
  readonly beganAt: number
  made = 0
  /** Stands around the call; what is within it has none any more. */
  policy: Policy | undefined
  readonly #host: ContextHost<Attempt>
  /** The try of a policy; a call without a policy is itself its only try. */
  readonly #try: TryOfCall | undefined
  #isEnded = false
  /** What it began. */
  #children: Set<Stoppable> | undefined
  #context: Context | undefined
  #asked: Map<string, number> | undefined

  constructor(call: Call, message: AgentMessage, host: ContextHost<Attempt>, beganAt: number, attempt?: TryOfCall) {
    this.call = call
    this.message = message
    this.beganAt = beganAt
    this.#host = host
    this.#try = attempt
  }

  get request(): Request {
    return this.call.request
  }

  get context(): Context {
    this.#context ??= new Context(this, this.#host)
    return this.#context
  }

  contextWith(needed: Readonly<Record<string, unknown>>): Context {
    return Object.assign(this.context, needed)
  }

  tried(message: AgentMessage, attempt: TryOfCall | undefined = this.#try): Attempt {
    const startedAt = attempt === undefined || attempt === this.#try ? this.beganAt : attempt.startedAt
    const beganAt = Number.isNaN(startedAt) ? this.#host.monotonic() : startedAt
    return new Attempt(this.call, message, this.#host, beganAt, attempt)
  }

  took(attempts: number, waitedMs: number): void {
    // Policies may stand around each other: each further try is one more.
    this.call.attempts += attempts - 1
    this.call.waitedMs += waitedMs
  }

  get isOnce(): boolean {
    return this.call.isOnce
  }

  get isLate(): boolean {
    return this.call.lateness !== undefined
  }

  watch(one: Stoppable): void {
    this.call.watch(one)
  }

  get overridesNeeds(): boolean {
    return this.call.request.overridesNeeds
  }

  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>> {
    return this.call.request.resolve(needs)
  }

  get signal(): AbortSignal {
    return (this.#try ?? this.call).signal
  }

  get isOver(): boolean {
    return this.#isEnded || this.call.isOver || this.#try?.isOver === true
  }

  end(reason: unknown): void {
    this.#isEnded = true
    for (const child of this.#children ?? []) child.stop(reason)
  }

  get dueAt(): number {
    return Math.min(this.call.dueAt, this.#try?.dueAt ?? Number.POSITIVE_INFINITY)
  }

  adopt(child: Stoppable): void {
    this.call.adopt(child)
    this.#try?.adopt(child)
    this.#children ??= new Set()
    this.#children.add(child)
  }

  disown(child: Stoppable): void {
    this.call.disown(child)
    this.#try?.disown(child)
    this.#children?.delete(child)
  }

  get spent(): { readonly tokens: number; readonly costUsd: number } {
    return this.call.spent
  }

  spend(usage: Usage): void {
    checkUsage('A usage', usage)
    this.call.request.ledger.spend(this.call, usage)
  }

  budget(): BudgetRemaining {
    return this.call.request.ledger.remaining ?? {}
  }

  /** How often it has asked for an operation, this time included: equal in all tries of one piece of work. */
  count(operation: string): number {
    this.#asked ??= new Map()
    const count = (this.#asked.get(operation) ?? 0) + 1
    this.#asked.set(operation, count)
    return count
  }
}
