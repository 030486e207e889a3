import type { Priority } from './priority.js'

export type MessageType = 'request' | 'response' | 'event' | 'error'

/** Whom a message is for: one agent, any one member of a group, or everyone who listens. */
export type Receiver = { readonly agent: string } | { readonly group: string } | { readonly everyone: true }

/** What may still be spent on a request; members that are absent are unbounded. */
export interface BudgetRemaining {
  readonly calls?: number | undefined
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
}

/** What agents say to each other: plain, readonly data. Make one with `createMessage`, answer with `reply` or `fail`. */
export interface AgentMessage<Payload = unknown> {
  readonly id: string
  readonly type: MessageType
  readonly sender: string
  readonly receiver: Receiver
  /** The agent that gets the answer; the sender when absent. */
  readonly replyTo?: string | undefined
  readonly operation: string
  readonly payload: Payload
  /** What else the receiver may want to know, passed on unread. */
  readonly context?: unknown
  /** Equal in all messages that one request caused. */
  readonly correlationId: string
  /** The message that caused this one. */
  readonly causationId?: string | undefined
  readonly session?: string | undefined
  readonly tenant?: string | undefined
  readonly runId?: string | undefined
  readonly step?: string | undefined
  /** Equal in all repetitions of one piece of work, so that whoever does it can do it once. */
  readonly idempotencyKey?: string | undefined
  readonly priority: Priority
  /** Milliseconds since 1970, as are `expiresAt` and `deadline`. */
  readonly createdAt: number
  /** When the message stops being worth delivering. */
  readonly expiresAt?: number | undefined
  /** When its work stops being worth doing. */
  readonly deadline?: number | undefined
  /** 1 for the first try. */
  readonly attempt: number
  /** How many messages deep the request is: 0 for one that came from outside. */
  readonly depth: number
  readonly budget?: BudgetRemaining | undefined
  /** The W3C `traceparent` of the span that sent it. */
  readonly traceparent?: string | undefined
  readonly signature?: string | undefined
}
