import type { AgentMessage, DispatchOptions, Logger, Needs, Operation, SessionHandle } from '../ports/index.js'
import { type ActiveCall, agentOf } from './agent/index.js'
import type { Deadlined } from './deadlines.js'
import { timedOut } from './endings.js'
import { idempotencyKeyOf } from './idempotency-key.js'
import { namedLogger } from './named-logger.js'
import type { Request, RequestScope } from './request.js'
import type { RequestOptions } from './request-message.js'

/** What may be said about a call. */
export interface AskOptions extends DispatchOptions, RequestOptions {
  /** A scope that the request is to use; whoever opened it closes it. */
  readonly scope?: RequestScope | undefined
}

/** What a call asks of the dispatch that made it. */
export interface CallHost {
  readonly monotonic: () => number
  readonly now: () => number
  readonly newId: () => string
  readonly log: Logger
  progressed(call: Call, data: unknown): void
  ask(parent: Call, operation: Operation, input: unknown, options?: AskOptions): Promise<unknown>
}

/** One call under way: what its agent sees of it (the context), and what ends it before its agent does. */
export class Call implements ActiveCall, Deadlined {
  message: AgentMessage
  readonly request: Request
  readonly parent: Call | undefined
  /** On the monotonic clock; `Infinity` without a deadline. */
  readonly dueAt: number
  readonly startedAt: number
  place = -1
  /** Whether whoever waited for it has been told how it ended. */
  isOver = false
  /** The failure of having taken too long, when it has. */
  lateness: Error | undefined
  readonly #host: CallHost
  #controller: AbortController | undefined
  #stopped = false
  #reason: unknown
  #whenStopped: ((reason: unknown) => void) | undefined
  #children: Set<Call> | undefined
  #asked: Map<string, number> | undefined

  constructor(
    host: CallHost,
    message: AgentMessage,
    request: Request,
    parent: Call | undefined,
    startedAt: number,
    dueAt: number,
  ) {
    this.#host = host
    this.message = message
    this.request = request
    this.parent = parent
    this.startedAt = startedAt
    this.dueAt = dueAt
  }

  // ---- what the agent sees; all of it may be destructured

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#stopped) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get attempt(): number {
    return this.message.attempt
  }

  get runId(): string | undefined {
    return this.message.runId
  }

  get step(): string | undefined {
    return this.message.step
  }

  get tenant(): string | undefined {
    return this.message.tenant
  }

  get session(): SessionHandle | undefined {
    return this.message.session === undefined ? undefined : { id: this.message.session }
  }

  get log(): Logger {
    return namedLogger(this.#host.log, this.message)
  }

  get newId(): () => string {
    return this.#host.newId
  }

  get now(): () => number {
    return this.#host.now
  }

  get remainingMs(): () => number {
    return () => Math.max(0, this.dueAt - this.#host.monotonic())
  }

  get idempotencyKey(): (effect?: string) => string {
    const { tenant, idempotencyKey, id, operation } = this.message
    return (effect) => idempotencyKeyOf([tenant, idempotencyKey ?? id, agentOf(this.message), operation, effect])
  }

  get progress(): (data: unknown) => void {
    return (data) => this.#host.progressed(this, data)
  }

  get ask(): ActiveCall['ask'] {
    return (operation, input, options) => this.#host.ask(this, operation, input, options) as Promise<never>
  }

  // ---- what the agents' room adds

  get overridesNeeds(): boolean {
    return this.request.overridesNeeds
  }

  give(needed: Readonly<Record<string, unknown>>): void {
    Object.assign(this, needed)
  }

  resolve(needs: Needs): Promise<Readonly<Record<string, unknown>>> {
    return this.request.resolve(needs)
  }

  // ---- what the dispatch does with it

  /** The call waits for its agent from now on; `stopped` is told when it is to wait no more. */
  begin(stopped: (reason: unknown) => void): void {
    this.#whenStopped = stopped
  }

  /** Takes the agent's answer as the end; false when the call was stopped before. */
  end(): boolean {
    return !this.#stopped
  }

  /** Ends the call, whatever its agent is doing: who waits is told, its signal aborts, and so do the calls it made. */
  stop(reason: unknown): void {
    if (this.#stopped || this.isOver) return
    this.#stopped = true
    this.#reason = reason
    this.#whenStopped?.(reason)
    this.#controller?.abort(reason)
  }

  expire(): void {
    this.lateness = timedOut(this.message, this.dueAt - this.startedAt)
    this.stop(this.lateness)
  }

  adopt(child: Call): void {
    this.#children ??= new Set()
    this.#children.add(child)
  }

  disown(child: Call): void {
    this.#children?.delete(child)
  }

  /** Stops the calls that this one made and did not wait for. */
  stopChildren(): void {
    if (this.#children === undefined) return
    const reason = this.#stopped ? this.#reason : 'the call that it is part of is over'
    for (const child of this.#children) child.stop(reason)
  }

  /** How often this call has asked for an operation, this time included. */
  count(operation: string): number {
    this.#asked ??= new Map()
    const count = (this.#asked.get(operation) ?? 0) + 1
    this.#asked.set(operation, count)
    return count
  }
}
