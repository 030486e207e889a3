import { declareFailures } from './declare-failures.js'
import { identifier } from './identifier.js'
import type { AgentMessage, MessageType, Receiver } from './message.js'
import { priorities } from './priority.js'
import { shown } from './shown.js'

export const messageFailure = declareFailures({
  'message.invalid': {
    when: 'A message was made with a member that cannot be: an unknown type or priority, a time that is no time.',
    retryable: false,
    says: ({ member, received }: { member: string; received: string; allowed: string }) =>
      `A message cannot have ${received} as its ${member}.`,
    remedy: ({ allowed }: { allowed: string }) => `Give ${allowed}.`,
  },
})

/** What a constructor of messages needs of the world: identifiers and the time. A call context is one. */
export interface Stamp {
  readonly newId: () => string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What a message cannot do without; everything else is filled in. */
export type MessageInit<Payload = unknown> = Partial<AgentMessage<Payload>> & {
  readonly sender: string
  readonly receiver: Receiver
  readonly operation: string
  readonly payload: Payload
}

const types: readonly MessageType[] = ['request', 'response', 'event', 'error']
const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** Makes a message: a request of normal priority, first attempt, its own correlation, unless said otherwise. */
export function createMessage<Payload>(init: MessageInit<Payload>, stamp: Stamp): AgentMessage<Payload> {
  const message = complete(init, stamp)
  checkMessage(message)
  return message
}

/** The answer to a message: back to whoever asked, same correlation, caused by it. */
export function reply<Payload>(to: AgentMessage, payload: Payload, stamp: Stamp): AgentMessage<Payload> {
  return answer(to, 'response', payload, stamp)
}

/** The answer that says that it failed. The payload is the failure. */
export function fail<Problem>(to: AgentMessage, failure: Problem, stamp: Stamp): AgentMessage<Problem> {
  return answer(to, 'error', failure, stamp)
}

/** Hands a message on to another receiver: a new message, one deeper, whose answer still goes to the first sender. */
export function forward<Payload = unknown>(
  message: AgentMessage<Payload>,
  receiver: Receiver,
  stamp: Stamp,
  changes: { readonly operation?: string; readonly payload?: Payload; readonly context?: unknown } = {},
): AgentMessage<Payload> {
  const forwarded = complete(
    {
      ...message,
      ...changes,
      id: stamp.newId(),
      sender: addressee(message),
      receiver,
      replyTo: message.replyTo ?? message.sender,
      causationId: message.id,
      createdAt: stamp.now(),
      attempt: 1,
      depth: message.depth + 1,
      signature: undefined,
    },
    stamp,
  )
  checkMessage(forwarded)
  return forwarded
}

function answer<Payload>(to: AgentMessage, type: MessageType, payload: Payload, stamp: Stamp): AgentMessage<Payload> {
  return complete(
    {
      type,
      sender: addressee(to),
      receiver: { agent: to.replyTo ?? to.sender },
      operation: to.operation,
      payload,
      correlationId: to.correlationId,
      causationId: to.id,
      session: to.session,
      tenant: to.tenant,
      runId: to.runId,
      step: to.step,
      idempotencyKey: to.idempotencyKey,
      priority: to.priority,
      attempt: to.attempt,
      depth: to.depth,
      traceparent: to.traceparent,
    },
    stamp,
  )
}

/** The agent that a message was for, or its sender's words for the many. */
function addressee(message: AgentMessage): string {
  const { receiver } = message
  if ('agent' in receiver) return receiver.agent
  return 'group' in receiver ? receiver.group : 'everyone'
}

/** All members, always in this order, so that every message has one shape in memory. */
function complete<Payload>(init: MessageInit<Payload>, stamp: Stamp): AgentMessage<Payload> {
  const id = init.id ?? stamp.newId()
  return {
    id,
    type: init.type ?? 'request',
    sender: init.sender,
    receiver: init.receiver,
    replyTo: init.replyTo,
    operation: init.operation,
    payload: init.payload,
    context: init.context,
    correlationId: init.correlationId ?? id,
    causationId: init.causationId,
    session: init.session,
    tenant: init.tenant,
    runId: init.runId,
    step: init.step,
    idempotencyKey: init.idempotencyKey,
    priority: init.priority ?? 'normal',
    createdAt: init.createdAt ?? stamp.now(),
    expiresAt: init.expiresAt,
    deadline: init.deadline,
    attempt: init.attempt ?? 1,
    depth: init.depth ?? 0,
    budget: init.budget,
    traceparent: init.traceparent,
    signature: init.signature,
  }
}

const identifiers = ['id', 'sender', 'operation', 'correlationId'] as const
const optionalIdentifiers = ['replyTo', 'causationId', 'session', 'tenant', 'runId', 'step', 'idempotencyKey'] as const
const optionalTimes = ['expiresAt', 'deadline'] as const

/** Throws unless every member of a message is what it has to be; the payload is the operation's own affair. */
export function checkMessage(message: AgentMessage): void {
  check(typeof message === 'object' && message !== null, 'form', message, 'an object, such as createMessage makes')
  for (const member of identifiers) identifier(message[member], `message's ${member}`)
  for (const member of optionalIdentifiers) {
    if (message[member] !== undefined) identifier(message[member], `message's ${member}`)
  }
  checkReceiver(message.receiver)
  check(types.includes(message.type), 'type', message.type, `one of ${types.join(', ')}`)
  check(priorities.includes(message.priority), 'priority', message.priority, `one of ${priorities.join(', ')}`)
  check(isTime(message.createdAt), 'createdAt', message.createdAt, 'milliseconds since 1970')
  for (const member of optionalTimes) {
    const time = message[member]
    check(time === undefined || isTime(time), member, time, 'milliseconds since 1970, or nothing')
  }
  check(isCount(message.attempt) && message.attempt > 0, 'attempt', message.attempt, 'a whole number from 1')
  check(isCount(message.depth), 'depth', message.depth, 'a whole number from 0')
  const trace = message.traceparent
  check(
    trace === undefined || (typeof trace === 'string' && traceparent.test(trace)),
    'traceparent',
    trace,
    'a W3C traceparent, or nothing',
  )
}

function checkReceiver(receiver: Receiver): void {
  const one = typeof receiver === 'object' && receiver !== null ? (receiver as Record<string, unknown>) : {}
  const given = ['agent', 'group', 'everyone'].filter((name) => one[name] !== undefined)
  const isOne = given.length === 1 && (one.everyone === undefined || one.everyone === true)
  check(isOne, 'receiver', receiver, 'exactly one of { agent }, { group } and { everyone: true }')
  if (one.everyone !== true) identifier(one.agent ?? one.group, "message's receiver")
}

function check(holds: boolean, member: string, value: unknown, allowed: string): void {
  if (!holds) throw messageFailure('message.invalid', { member, received: shown(value), allowed })
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 8.64e15
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
