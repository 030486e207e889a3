import {
  type AgentMessage,
  type BudgetRemaining,
  checkMessage,
  identifier,
  type Operation,
  type Priority,
  type Stamp,
} from '../ports/index.js'
import { dispatchFailure } from './failures.js'
import { idempotencyKeyOf } from './idempotency-key.js'

/** What the asker of an operation may say about the request. */
export interface RequestOptions {
  readonly tenant?: string | undefined
  readonly session?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly priority?: Priority | undefined
  readonly context?: unknown
  /** The W3C `traceparent` of the span that asks. */
  readonly traceparent?: string | undefined
}

/** The request of somebody outside. It has every member of a message, as the protocol's own constructor makes it. */
export function requestFromOutside(
  operation: Operation,
  payload: unknown,
  options: RequestOptions | undefined,
  stamp: Stamp,
  timeoutMs: number,
  budget: BudgetRemaining | undefined,
): AgentMessage {
  const id = stamp.newId()
  const createdAt = stamp.now()
  const message: AgentMessage = {
    id,
    type: 'request',
    sender: 'host',
    receiver: receiverOf(operation),
    replyTo: undefined,
    operation: operation.name,
    payload,
    context: options?.context,
    correlationId: id,
    causationId: undefined,
    session: known(options?.session, 'session'),
    tenant: known(options?.tenant, 'tenant'),
    runId: undefined,
    step: undefined,
    idempotencyKey: known(options?.idempotencyKey, 'idempotency key'),
    priority: options?.priority ?? 'normal',
    createdAt,
    expiresAt: undefined,
    deadline: deadlineOf(createdAt, timeoutMs),
    attempt: 1,
    depth: 0,
    budget,
    traceparent: options?.traceparent,
    signature: undefined,
  }
  // The rest is checked already, or of our own making.
  if (options?.priority !== undefined || options?.traceparent !== undefined) checkMessage(message)
  return message
}

/** The request that an agent makes while it works on another one: what belongs to the whole request is passed on. */
export function requestWithin(
  parent: AgentMessage,
  operation: Operation,
  payload: unknown,
  idempotencyKey: string | undefined,
  stamp: Stamp,
  timeoutMs: number,
  budget: BudgetRemaining | undefined,
  step = parent.step,
): AgentMessage {
  const createdAt = stamp.now()
  return {
    id: stamp.newId(),
    type: 'request',
    sender: 'agent' in parent.receiver ? parent.receiver.agent : parent.sender,
    receiver: receiverOf(operation),
    replyTo: undefined,
    operation: operation.name,
    payload,
    context: parent.context,
    correlationId: parent.correlationId,
    causationId: parent.id,
    session: parent.session,
    tenant: parent.tenant,
    runId: parent.runId,
    step,
    idempotencyKey: known(idempotencyKey, 'idempotency key'),
    priority: parent.priority,
    createdAt,
    expiresAt: undefined,
    deadline: deadlineOf(createdAt, timeoutMs, parent.deadline),
    attempt: 1,
    depth: parent.depth + 1,
    budget,
    traceparent: parent.traceparent,
    signature: undefined,
  }
}

/** What a request is about that somebody holds open: a run of a workflow. */
export interface RunFacts extends RequestOptions {
  readonly runId: string
  readonly workflow: string
}

/** The message that all calls of a run come from; nobody is sent it. */
export function messageOfRun(facts: RunFacts, createdAt: number, timeoutMs: number): AgentMessage {
  const { runId, workflow, tenant, session, traceparent, context, priority = 'normal' } = facts
  return {
    id: runId,
    type: 'request',
    sender: 'host',
    receiver: { agent: workflow },
    operation: 'run',
    payload: undefined,
    context,
    correlationId: runId,
    session,
    tenant,
    runId,
    step: undefined,
    idempotencyKey: runId,
    priority,
    createdAt,
    deadline: deadlineOf(createdAt, timeoutMs),
    attempt: 1,
    depth: 0,
    traceparent,
  }
}

/** Beyond what a date can say there is no deadline. */
function deadlineOf(createdAt: number, timeoutMs: number, latest = Number.POSITIVE_INFINITY): number | undefined {
  const deadline = Math.min(Math.floor(createdAt + timeoutMs), latest)
  return deadline <= latestTime ? deadline : undefined
}

const latestTime = 8.64e15

/** No identifier may be longer; what is, is hashed. */
const longestKey = 256

/** The key of a call within another one: when that one is repeated, its calls have the same keys again. */
export function keyWithin(
  parent: { readonly message: AgentMessage; count(operation: string): number },
  asked: Operation | undefined,
): string {
  // What is no operation is refused right after.
  const agent = String(asked?.agent)
  const name = String(asked?.name)
  const root = parent.message.idempotencyKey ?? parent.message.id
  const operation = `${agent.length}:${agent}.${name}`
  const key = `${root.length}:${root}/${operation}#${parent.count(operation)}`
  return key.length <= longestKey ? key : idempotencyKeyOf([key])
}

function receiverOf(operation: Operation): { readonly agent: string } {
  // What an agent has taken in has a checked name.
  if (operation?.agent && typeof operation.agent === 'string' && typeof operation.name === 'string')
    return { agent: operation.agent }
  throw dispatchFailure('dispatch.not_an_operation', {
    because: operation?.contract ? 'this operation was not taken in by an agent' : 'this is no operation',
  })
}

function known(value: string | undefined, what: string): string | undefined {
  return value === undefined ? undefined : identifier(value, what)
}
