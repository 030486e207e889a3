import { describe, expect, it } from 'vitest'
import { checkMessage, createMessage, fail, forward, reply } from './create-message.js'
import { Failure, isFailure } from './failure.js'
import type { AgentMessage } from './message.js'

function stampOf(now = 1_000) {
  let count = 0
  return { newId: () => `new-${++count}`, now: () => now }
}

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const least = { sender: 'me', receiver: { agent: 'clerk' }, operation: 'count', payload: { a: 1 } }
const full: AgentMessage = {
  ...least,
  id: 'm1',
  type: 'request',
  replyTo: 'secretary',
  context: { locale: 'de' },
  correlationId: 'c1',
  causationId: 'm0',
  session: 's1',
  tenant: 'acme',
  runId: 'r1',
  step: 'draft',
  idempotencyKey: 'k',
  priority: 'high',
  createdAt: 1,
  expiresAt: 2_000,
  deadline: 3_000,
  attempt: 2,
  depth: 3,
  budget: { calls: 5 },
  traceparent,
  signature: 'sig',
}

describe('createMessage', () => {
  it('fills in what can be filled in', () => {
    expect(createMessage(least, stampOf())).toEqual({
      ...least,
      id: 'new-1',
      type: 'request',
      correlationId: 'new-1',
      priority: 'normal',
      createdAt: 1_000,
      attempt: 1,
      depth: 0,
    })
  })

  it('keeps everything that is given', () => {
    expect(createMessage(full, stampOf())).toEqual(full)
  })

  it('makes messages of one shape, with all members in one order', () => {
    const [first, second] = [createMessage(least, stampOf()), createMessage(full, stampOf())]
    expect(Object.keys(first)).toEqual(Object.keys(second))
    expect(Object.keys(first)).toHaveLength(Object.keys(full).length)
  })

  it('does not copy the payload', () => {
    expect(createMessage(least, stampOf()).payload).toBe(least.payload)
  })

  const identifiers = ['id', 'sender', 'operation', 'correlationId', 'replyTo', 'causationId', 'session', 'tenant']
  it.each([...identifiers, 'runId', 'step', 'idempotencyKey'])('refuses a %s that is no identifier', (member) => {
    for (const value of ['', 'a\0', '\ud800', 'x'.repeat(513), 5]) {
      expect(() => createMessage({ ...least, [member]: value }, stampOf())).toThrow(
        expect.objectContaining({
          code: 'identifier.invalid',
          details: expect.objectContaining({ what: `message's ${member}` }),
        }),
      )
    }
  })

  it.each<[string, unknown]>([
    ['type', 'order'],
    ['priority', 'urgent'],
    ['priority', 1],
    ['createdAt', Number.NaN],
    ['createdAt', '2026'],
    ['createdAt', 9e15],
    ['expiresAt', Number.POSITIVE_INFINITY],
    ['expiresAt', null],
    ['deadline', 'soon'],
    ['attempt', 0],
    ['attempt', 1.5],
    ['depth', -1],
    ['depth', '0'],
    ['traceparent', 'none'],
    ['traceparent', traceparent.toUpperCase()],
    ['receiver', undefined],
    ['receiver', null],
    ['receiver', 'clerk'],
    ['receiver', {}],
    ['receiver', { everyone: false }],
  ])('refuses a %s of %o, and says what may stand there', (member, value) => {
    // `null` is given, not absent.
    const message = { ...createMessage(least, stampOf()), [member]: value } as AgentMessage
    expect(() => checkMessage(message)).toThrow(
      expect.objectContaining({ code: 'message.invalid', details: expect.objectContaining({ member }) }),
    )
  })

  it.each([{ agent: 'a' }, { group: 'g' }, { everyone: true as const }])('may be for %j', (receiver) => {
    expect(createMessage({ ...least, receiver }, stampOf()).receiver).toEqual(receiver)
  })

  it.each([{ agent: '' }, { group: 'a\0' }, { agent: 5 }])('refuses %j as its receiver', (receiver) => {
    expect(() => createMessage({ ...least, receiver: receiver as never }, stampOf())).toThrow(
      expect.toSatisfy((error) => isFailure(error, 'identifier.invalid')),
    )
  })
})

describe.each([
  ['reply', 'response', reply],
  ['fail', 'error', fail],
] as const)('%s', (_, type, answer) => {
  it('goes back to the reply address, correlated with the message and caused by it', () => {
    const payload = { b: 2 }
    const answered = answer(full, payload, stampOf())
    expect(answered).toMatchObject({
      id: 'new-1',
      type,
      sender: 'clerk',
      receiver: { agent: 'secretary' },
      operation: 'count',
      correlationId: 'c1',
      causationId: 'm1',
      createdAt: 1_000,
    })
    expect(answered.payload).toBe(payload)
  })

  it('goes back to the sender where there is no reply address', () => {
    expect(answer({ ...full, replyTo: undefined }, 1, stampOf()).receiver).toEqual({ agent: 'me' })
  })

  it('belongs where the message belongs', () => {
    const own = { session: 's1', tenant: 'acme', runId: 'r1', step: 'draft', idempotencyKey: 'k', priority: 'high' }
    expect(answer(full, 1, stampOf())).toMatchObject({ ...own, attempt: 2, depth: 3, traceparent })
  })

  it('has no deadline, budget, signature or context of the message', () => {
    const { deadline, expiresAt, budget, signature, context, replyTo } = answer(full, 1, stampOf())
    expect({ deadline, expiresAt, budget, signature, context, replyTo }).toEqual({})
  })

  it('is a message', () => {
    expect(() => checkMessage(answer(full, 1, stampOf()))).not.toThrow()
  })

  it.each([
    [{ group: 'clerks' }, 'clerks'],
    [{ everyone: true as const }, 'everyone'],
  ])('to a message for %j is sent by %s', (receiver, sender) => {
    expect(answer({ ...full, receiver }, 1, stampOf()).sender).toBe(sender)
  })
})

describe('fail', () => {
  it('has the failure itself as its payload', () => {
    const failure = new Failure({ code: 'own.trouble', message: 'm', remedy: '', retryable: false, details: {} })
    expect(fail(full, failure, stampOf()).payload).toBe(failure)
  })
})

describe('forward', () => {
  it('is a new message, one deeper, caused by the first one, whose answer goes to the first sender', () => {
    const forwarded = forward({ ...full, replyTo: undefined }, { agent: 'other' }, stampOf())
    expect(forwarded).toMatchObject({
      id: 'new-1',
      sender: 'clerk',
      receiver: { agent: 'other' },
      replyTo: 'me',
      correlationId: 'c1',
      causationId: 'm1',
      depth: 4,
      attempt: 1,
      createdAt: 1_000,
    })
    expect(reply(forwarded, 1, stampOf()).receiver).toEqual({ agent: 'me' })
  })

  it('keeps the reply address, the deadline and all that the request belongs to, but no signature', () => {
    const forwarded = forward(full, { group: 'others' }, stampOf())
    const { session, tenant, runId, step, idempotencyKey, priority, deadline, expiresAt, budget, context } = full
    const kept = { session, tenant, runId, step, idempotencyKey, priority, deadline, expiresAt, budget, context }
    expect(forwarded).toMatchObject({
      ...kept,
      replyTo: 'secretary',
      operation: 'count',
      payload: { a: 1 },
      traceparent,
    })
    expect(forwarded.signature).toBeUndefined()
  })

  it('may have another operation, payload and context', () => {
    const changes = { operation: 'sum', payload: { b: 2 }, context: 'other' }
    expect(forward<unknown>(full, { agent: 'other' }, stampOf(), changes)).toMatchObject(changes)
  })

  it('refuses what is no receiver', () => {
    expect(() => forward(full, {} as never, stampOf())).toThrow('as its receiver')
  })
})
