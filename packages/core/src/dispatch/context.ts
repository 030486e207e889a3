import type { AgentMessage, CallContext, Logger, Operation, SessionHandle } from '../ports/index.js'
import { agentOf } from './agent/index.js'
import { idempotencyKeyOf } from './idempotency-key.js'
import { namedLogger } from './named-logger.js'

/** The call behind a context. */
export interface ContextCall {
  readonly message: AgentMessage
  readonly signal: AbortSignal
  readonly dueAt: number
}

/** What a context asks of the dispatch. */
export interface ContextHost<Call extends ContextCall = ContextCall> {
  readonly now: () => number
  readonly monotonic: () => number
  readonly newId: () => string
  readonly log: Logger
  progressed(call: Call, data: unknown): void
  ask(parent: Call, operation: Operation, input: unknown, options?: object): Promise<unknown>
}

/** What an agent sees of a call. It has no other members of its own, so that whatever an operation needs can join them. */
export class Context implements CallContext {
  readonly #call: ContextCall
  readonly #host: ContextHost

  constructor(call: ContextCall, host: ContextHost<never>) {
    this.#call = call
    this.#host = host as unknown as ContextHost
  }

  get message(): AgentMessage {
    return this.#call.message
  }

  get signal(): AbortSignal {
    return this.#call.signal
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
    const { session } = this.message
    return session === undefined ? undefined : { id: session }
  }

  get log(): Logger {
    return namedLogger(this.#host.log, this.message)
  }

  // Functions are made when they are read, bound, so that they can be taken off the context.

  get newId(): () => string {
    return this.#host.newId
  }

  get now(): () => number {
    return this.#host.now
  }

  get remainingMs(): () => number {
    return () => Math.max(0, this.#call.dueAt - this.#host.monotonic())
  }

  get idempotencyKey(): (effect?: string) => string {
    const { tenant, idempotencyKey, id, operation } = this.message
    const agent = agentOf(this.message)
    return (effect) => idempotencyKeyOf([tenant, idempotencyKey ?? id, agent, operation, effect])
  }

  get progress(): (data: unknown) => void {
    return (data) => this.#host.progressed(this.#call, data)
  }

  get ask(): CallContext['ask'] {
    return (operation, input, options) =>
      this.#host.ask(this.#call, operation as Operation, input, options) as Promise<never>
  }
}
