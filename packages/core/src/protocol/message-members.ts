import type { AgentMessage, BudgetRemaining, Receiver } from './message.js'
import { getOwn } from './own-member.js'
import { shown } from './shown.js'
import { wireFailure } from './wire-failure.js'

/**
 * The members of a message read off an object that may be anything, in their order, with the payload and context given.
 * Throws where a member has parts and these are wrong; `checkMessage` judges the rest.
 */
export function messageMembers(source: object, payload: unknown, context: unknown): AgentMessage {
  const own = (name: keyof AgentMessage): never => getOwn(source, name) as never
  return {
    id: own('id'),
    type: own('type'),
    sender: own('sender'),
    receiver: receiverOf(own('receiver')),
    replyTo: own('replyTo'),
    operation: own('operation'),
    payload,
    context,
    correlationId: own('correlationId'),
    causationId: own('causationId'),
    session: own('session'),
    tenant: own('tenant'),
    runId: own('runId'),
    step: own('step'),
    idempotencyKey: own('idempotencyKey'),
    priority: own('priority'),
    createdAt: own('createdAt'),
    expiresAt: own('expiresAt'),
    deadline: own('deadline'),
    attempt: own('attempt'),
    depth: own('depth'),
    budget: budgetOf(own('budget')),
    traceparent: textOf('traceparent', own('traceparent')),
    signature: textOf('signature', own('signature')),
  } satisfies Record<keyof AgentMessage, unknown>
}

function receiverOf(value: unknown): Receiver {
  const [agent, group, everyone] = partsOf(value, 'agent', 'group', 'everyone')
  const given = [agent, group, everyone].filter((part) => part !== undefined)
  if (given.length === 1 && everyone === true) return { everyone }
  // Whether the name is an identifier is seen with all the others.
  if (given.length === 1 && agent !== undefined) return { agent: agent as string }
  if (given.length === 1 && group !== undefined) return { group: group as string }
  throw malformed('receiver', value, 'one of { agent }, { group } and { everyone: true }')
}

function budgetOf(value: unknown): BudgetRemaining | undefined {
  if (value === undefined) return undefined
  const budget: { -readonly [Name in keyof BudgetRemaining]: number } = {}
  const names = ['calls', 'tokens', 'costUsd'] as const
  const parts = partsOf(value, ...names)
  if (parts.length === 0) throw malformed('budget', value, 'an object of calls, tokens and costUsd, or nothing')
  for (const [index, name] of names.entries()) {
    const part = parts[index]
    if (part === undefined) continue
    if (!Number.isFinite(part)) throw malformed(`budget.${name}`, part, 'a number, or nothing')
    budget[name] = part as number
  }
  return budget
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw malformed(name, value, 'a text, or nothing')
}

/** The own members of an object by name; none for what is no object. */
function partsOf(value: unknown, ...names: readonly string[]): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return names.map((name) => getOwn(value, name))
}

function malformed(member: string, received: unknown, expected: string): Error {
  return wireFailure('wire.malformed', { member, received: shown(received), expected })
}
