import {
  type AgentMessage,
  checkMessage,
  type MessageType,
  optionFault,
  priorities,
  type Priority,
  type Receiver,
  type Stamp,
} from '../../ports/index.js'
import { busFailure } from './failures.js'

/** What may be said about a message over the bus. */
export interface PublishOptions {
  readonly priority?: Priority | undefined
  /** How long it is worth delivering. */
  readonly expiresInMs?: number | undefined
  /** Who says it: `host` unless given. Messages of one sender stay in order. */
  readonly sender?: string | undefined
  readonly tenant?: string | undefined
  readonly session?: string | undefined
  readonly correlationId?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly traceparent?: string | undefined
  /** What else handlers may want to know; passed on unread. */
  readonly context?: unknown
}

const everyone = Object.freeze({ everyone: true } as const)

/** A message about a topic, for everyone. It has every member, in the order in which the protocol's own constructor has them. */
export function busMessage(
  type: MessageType,
  topic: string,
  payload: unknown,
  options: PublishOptions | undefined,
  stamp: Stamp,
): AgentMessage {
  const id = stamp.newId()
  const createdAt = stamp.now()
  const message: AgentMessage = {
    id,
    type,
    sender: options?.sender ?? 'host',
    receiver: everyone,
    replyTo: undefined,
    operation: topic,
    payload,
    context: options?.context,
    correlationId: options?.correlationId ?? id,
    causationId: undefined,
    session: options?.session,
    tenant: options?.tenant,
    runId: undefined,
    step: undefined,
    idempotencyKey: options?.idempotencyKey,
    priority: options?.priority ?? 'normal',
    createdAt,
    expiresAt: options?.expiresInMs === undefined ? undefined : createdAt + checkedMs(options.expiresInMs),
    deadline: undefined,
    attempt: 1,
    depth: 0,
    budget: undefined,
    traceparent: options?.traceparent,
    signature: undefined,
  }
  // The rest is of our own making.
  if (options !== undefined) checkMessage(message)
  return message
}

/** What the bus itself goes by has to be right; whatever else a message holds concerns those who handle it. */
export function checked(message: AgentMessage): AgentMessage {
  const { operation, receiver, priority, expiresAt } = message ?? {}
  const isRight =
    typeof operation === 'string' &&
    // No topic may pass for the key of an agent.
    operation.charCodeAt(0) > 0 &&
    isEveryone(receiver) &&
    priorities.includes(priority) &&
    (expiresAt === undefined || Number.isFinite(expiresAt))
  // It says what is wrong.
  if (!isRight) checkMessage(message)
  return message
}

function isEveryone(receiver: Receiver | undefined): boolean {
  const { everyone, agent, group } = (receiver ?? {}) as { everyone?: true; agent?: string; group?: string }
  return everyone === true && agent === undefined && group === undefined
}

function checkedMs(expiresInMs: number): number {
  const fault = optionFault({ expiresInMs }, { expiresInMs: { min: 0, max: 1e12 } })
  if (fault !== undefined) throw busFailure('bus.invalid_option', { what: 'A message', ...fault })
  return expiresInMs
}
