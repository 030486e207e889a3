import type { AgentMessage, DispatchOptions, Policy, Usage } from '../ports/index.js'
import type { Account, BudgetLimits, Maker } from './budget/index.js'
import type { Deadlined } from './resilience/index.js'
import type { Stoppable } from './agent/index.js'
import { parentOver, timedOut } from './endings.js'
import type { Request, RequestScope } from './request.js'
import type { RequestOptions } from './request-message.js'

/** What may be said about a call. */
export interface AskOptions extends DispatchOptions, RequestOptions {
  /** A scope that the request is to use; whoever opened it closes it. */
  readonly scope?: RequestScope | undefined
  /** What the request may spend, at most what the settings allow. */
  readonly budget?: BudgetLimits | undefined
  /** It was taken in before the orchestrator began to close. */
  readonly isAccepted?: boolean | undefined
  /** What the call will probably consume. */
  readonly estimate?: Usage | undefined
  /** The step of a workflow that it is made for. */
  readonly step?: string | undefined
  /** Stands around the call instead of the agent's own. */
  readonly policy?: Policy | undefined
  /** No policy on its way tries it again, or a second time beside the first. */
  readonly once?: boolean | undefined
  /** Is told, when the call is over, how often its agent was tried and how long it waited. */
  readonly tally?: Tally | undefined
}

/** How often agents were tried, and how long calls waited: for a slot, for a rate, between tries. */
export interface Tally {
  attempts: number
  waitedMs: number
}

/** What a call is part of: a try of another one, or a request that somebody holds open. */
export interface Parent extends Maker {
  readonly request: Request
  readonly message: AgentMessage
  /** On the monotonic clock. */
  readonly dueAt: number
  readonly isOver: boolean
  /** How often it has asked for an operation, this time included. */
  count(operation: string): number
  adopt(child: Stoppable): void
  disown(child: Stoppable): void
}

/** One call under way, and what ends it before its agent does. Each try of it is an attempt of its own. */
export class Call implements Deadlined, Stoppable, Account {
  readonly message: AgentMessage
  readonly request: Request
  readonly parent: Parent | undefined
  /** On the monotonic clock; `Infinity` without a deadline. */
  readonly dueAt: number
  readonly startedAt: number
  place = -1
  /** How often an agent was tried. */
  attempts = 1
  /** How long it waited in all: for a slot, for a rate, between tries. */
  waitedMs = 0
  reserved: Usage | undefined
  charged: Usage | undefined
  /** What it will probably consume. */
  estimate: Usage | undefined
  /** Stands around it instead of its agent's own. */
  policy: Policy | undefined
  tally: Tally | undefined
  /** Whether nobody on its way is to try it again. */
  isOnce = false
  #spent: { tokens: number; costUsd: number } | undefined
  /** Whether the budget of its request has taken it in. */
  isCounted = false
  /** Whether its beginning was told. */
  isTold = false
  /** Whether whoever waited for it has been told how it ended. */
  isOver = false
  /** The failure of having taken too long, when it has. */
  lateness: Error | undefined
  #controller: AbortController | undefined
  #isStopped = false
  #reason: unknown
  #whenStopped: ((reason: unknown) => void) | undefined
  #watcher: Stoppable | undefined
  #children: Set<Stoppable> | undefined

  constructor(message: AgentMessage, request: Request, parent: Parent | undefined, startedAt: number, dueAt: number) {
    this.message = message
    this.request = request
    this.parent = parent
    this.startedAt = startedAt
    this.dueAt = dueAt
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isStopped) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get spent(): { tokens: number; costUsd: number } {
    this.#spent ??= { tokens: 0, costUsd: 0 }
    return this.#spent
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** The call waits for its agent from now on; `stopped` is told when it is to wait no more. */
  begin(stopped: (reason: unknown) => void): void {
    this.#whenStopped = stopped
  }

  /** Has something be told when the call is stopped. */
  watch(one: Stoppable): void {
    // Mostly there is one; no set is made for that.
    if (this.#watcher === undefined) this.#watcher = one
    else this.adopt(one)
  }

  /** Ends the call, whatever its agent is doing: who waits is told, its signal aborts, and so do the calls it made. */
  stop(reason: unknown): void {
    if (this.#isStopped || this.isOver) return
    this.#isStopped = true
    this.#reason = reason
    this.#watcher?.stop(reason)
    this.#whenStopped?.(reason)
    this.#controller?.abort(reason)
  }

  /** Whoever waited for it has been told. */
  done(): void {
    this.isOver = true
    const { tally } = this
    if (tally === undefined) return
    tally.attempts += this.attempts
    tally.waitedMs += this.waitedMs
  }

  expire(): void {
    this.lateness = timedOut(this.message, this.dueAt - this.startedAt)
    this.stop(this.lateness)
  }

  adopt(child: Stoppable): void {
    this.#children ??= new Set()
    this.#children.add(child)
  }

  disown(child: Stoppable): void {
    this.#children?.delete(child)
  }

  /** Stops the calls that this one made and did not wait for. */
  stopChildren(): void {
    if (this.#children === undefined || this.#children.size === 0) return
    const reason = this.#isStopped ? this.#reason : parentOver(this.message)
    for (const child of this.#children) child.stop(reason)
  }
}
