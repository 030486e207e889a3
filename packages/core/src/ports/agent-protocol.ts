import type { AgentMessage } from '../protocol/index.js'
import type { CallContext } from './call-context.js'

/** What makes an agent: any object of this shape is one. */
export interface AgentProtocol {
  /** Unique within an orchestrator; an identifier. */
  readonly name: string
  /** Groups that it is a member of: a message for a group reaches one of its members. */
  readonly groups?: readonly string[] | undefined
  /** What it can do. Called at any time and often: cheap, without effects, the same answer while nothing has changed. */
  capabilities(): Capabilities
  /**
   * Does the work of one request and answers it, with `reply(message, payload, call)` or `fail(message, failure, call)`.
   *
   * - The payload comes from outside: an agent checks it. It fails what does not fit, and an operation that it does not have.
   * - The message is not its own: it leaves it as it is.
   * - Throwing is answering with a failure. The answer's `correlationId` is the request's.
   * - Many calls may be under way at once. The same message may come again (`attempt` tells); `idempotencyKey` is the same then.
   * - When `call.signal` aborts, nobody waits any more: it should stop, and what it returns is dropped.
   */
  process(message: AgentMessage, call: CallContext): Promise<AgentMessage> | AgentMessage
  /** Whether it could work now. Rejecting, or not answering before the signal aborts, means that it could not. */
  health?(call: { readonly signal: AbortSignal }): Promise<AgentHealth> | AgentHealth
  /** Lets go of what it holds. Called at most once, when no call is under way. */
  close?(): Promise<void> | void
}

export interface AgentHealth {
  readonly ok: boolean
  /** Why not, for a person. */
  readonly reason?: string | undefined
}

/** What an agent can do: its operations by name. */
export interface Capabilities {
  readonly operations: Readonly<Record<string, OperationCapability>>
}

export interface OperationCapability {
  readonly description?: string | undefined
  readonly input?: SchemaDescription | undefined
  readonly output?: SchemaDescription | undefined
}

/** A contract as data: a JSON Schema where the schema's library can give one, else the reason why not. */
export type SchemaDescription =
  | { readonly jsonSchema: Readonly<Record<string, unknown>> }
  | { readonly jsonSchema?: undefined; readonly because: string }
