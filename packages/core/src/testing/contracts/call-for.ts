import assert from 'node:assert/strict'
import { type AgentMessage, type CallContext, createMessage, type MessageInit } from '../../ports/index.js'

/** A request, complete, with what a case says of it. */
export function requestFor(init: Partial<MessageInit> = {}): AgentMessage {
  const id = init.id ?? 'a-request'
  const filled = { sender: 'a-host', receiver: { agent: 'an-agent' }, operation: 'work', payload: {}, ...init, id }
  return createMessage(filled, { newId: () => id, now: () => 0 })
}

/** The context of a call that no dispatcher made: without a deadline, other agents, or anybody who watches. */
export function callFor(message: AgentMessage, given?: CallContext['signal']): CallContext {
  const { attempt, runId, step, tenant, session } = message
  const signal = given ?? new AbortController().signal
  let ids = 0
  const silent = () => {}
  return {
    message,
    signal,
    attempt,
    runId,
    step,
    tenant,
    session: session === undefined ? undefined : { id: session },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    newId: () => `${message.id}-${++ids}`,
    now: () => message.createdAt,
    remainingMs: () => Number.POSITIVE_INFINITY,
    idempotencyKey: (effect = '') => `${message.idempotencyKey ?? message.id}-${effect}`,
    progress: silent,
    budget: () => ({}),
    spend: silent,
    ask: async () => assert.fail('an agent that is examined alone has nobody to ask'),
  }
}
