import type {
  AgentMessage,
  BudgetRemaining,
  CallContext,
  Logger,
  Operation,
  SessionHandle,
  Usage,
} from '../ports/index.js'
import { agentOf } from './agent/index.js'
import { idempotencyKeyOf } from './idempotency-key.js'
import { namedLogger } from './named-logger.js'

/** The try of a call that is behind a context. */
export interface ContextAttempt {
  readonly message: AgentMessage
  readonly signal: AbortSignal
  readonly dueAt: number
  budget(): BudgetRemaining
  spend(usage: Usage): void
}

/** What a context asks of the dispatch. */
export interface ContextHost<Attempt extends ContextAttempt = ContextAttempt> {
  readonly now: () => number
  readonly monotonic: () => number
  readonly newId: () => string
  readonly log: Logger
  progressed(attempt: Attempt, data: unknown): void
  ask(parent: Attempt, operation: Operation, input: unknown, options?: object): Promise<unknown>
}

/** What an agent sees of a call. It has no other members of its own, so that whatever an operation needs can join them. */
export class Context implements CallContext {
  readonly #attempt: ContextAttempt
  readonly #host: ContextHost

  constructor(attempt: ContextAttempt, host: ContextHost<never>) {
    this.#attempt = attempt
    this.#host = host as unknown as ContextHost
  }

  get message(): AgentMessage {
    return this.#attempt.message
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
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
    return () => Math.max(0, this.#attempt.dueAt - this.#host.monotonic())
  }

  get idempotencyKey(): (effect?: string) => string {
    const { tenant, idempotencyKey, id, operation } = this.message
    const agent = agentOf(this.message)
    return (effect) => idempotencyKeyOf([tenant, idempotencyKey ?? id, agent, operation, effect])
  }

  get progress(): (data: unknown) => void {
    return (data) => this.#host.progressed(this.#attempt, data)
  }

  get budget(): () => BudgetRemaining {
    return () => this.#attempt.budget()
  }

  get spend(): (usage: Usage) => void {
    return (usage) => this.#attempt.spend(usage)
  }

  get ask(): CallContext['ask'] {
    return (operation, input, options) =>
      this.#host.ask(this.#attempt, operation as Operation, input, options) as Promise<never>
  }
}
