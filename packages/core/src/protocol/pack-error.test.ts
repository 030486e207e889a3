import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { decode, encode } from './codec.js'
import { declareFailures } from './declare-failures.js'
import { type Failure, isFailure } from './failure.js'

const orderFailure = declareFailures({
  'order.refused': {
    when: 'An order cannot be taken.',
    retryable: true,
    says: ({ id }: { id: string }) => `The order ${id} is refused.`,
    remedy: 'Try again tomorrow.',
  },
})

function roundTrip<Value>(value: Value): Value {
  return decode(encode(value)) as Value
}

function refusal(act: () => unknown): Failure<Record<string, unknown>> {
  try {
    act()
  } catch (caught) {
    if (isFailure(caught)) return caught as Failure<Record<string, unknown>>
    throw caught
  }
  return assert.fail('nothing was refused')
}

describe('encoded errors', () => {
  it('keep name, message, stack, code, own members and cause', () => {
    const error = Object.assign(
      new TypeError('broken', { cause: new RangeError('far', { cause: { at: new Date(1) } }) }),
      {
        code: 'ECONNRESET',
        port: 80n,
      },
    )
    const back = roundTrip(error)
    expect(back).toBeInstanceOf(Error)
    expect(back).toMatchObject({
      name: 'TypeError',
      message: 'broken',
      code: 'ECONNRESET',
      port: 80n,
      stack: error.stack,
    })
    expect(Object.keys(back)).toEqual(['code', 'port'])
    expect(back.cause).toMatchObject({ name: 'RangeError', message: 'far', cause: { at: new Date(1) } })
    expect(String(back)).toBe('TypeError: broken')
    expect(encode(back)).toBe(encode(error))
  })

  it('keep the errors they aggregate, and a code that comes from their prototype', () => {
    const aggregate = roundTrip(new AggregateError([new Error('one'), 'two', () => 3], 'both'))
    expect(aggregate).toMatchObject({ name: 'AggregateError', message: 'both' })
    expect(aggregate.errors).toMatchObject([{ message: 'one' }, 'two'])
    const validation = Object.assign(new Error('invalid'), { errors: { name: new Error('is missing') } })
    expect(roundTrip(validation).errors.name).toMatchObject({ message: 'is missing' })
    expect(roundTrip(new DOMException('gone', 'AbortError'))).toMatchObject({ name: 'AbortError', code: 20 })
  })

  it('of another realm come through', () => {
    expect(roundTrip(runInNewContext('new SyntaxError("there")'))).toMatchObject({
      name: 'SyntaxError',
      message: 'there',
    })
  })

  it('are failures again if they were: same code, details, remedy, retryable, message and cause', () => {
    const failure = orderFailure('order.refused', { id: 'o-1' }, new Error('why'))
    const back = roundTrip({ failure }).failure
    expect(isFailure(back, 'order.refused')).toBe(true)
    expect(back).toMatchObject({ details: { id: 'o-1' }, remedy: 'Try again tomorrow.', retryable: true })
    expect(back.message).toBe('The order o-1 is refused. Try again tomorrow.')
    expect(back.stack).toBe(failure.stack)
    expect(back.cause).toMatchObject({ message: 'why' })
    expect(back.toJSON()).toEqual(failure.toJSON())
    expect(encode({ failure: back })).toBe(encode({ failure }))
  })

  it('get through without the members that cannot be carried', () => {
    const request: Record<string, unknown> = { send: () => 1 }
    request.self = request
    const error = Object.assign(new Error('socket', { cause: Symbol('no error') }), { request, status: 503 })
    const back = roundTrip([error, new Date(0)])
    expect(back[0]).toMatchObject({ message: 'socket', status: 503 })
    expect(back[0]).not.toHaveProperty('request')
    expect(back[0]).not.toHaveProperty('cause')
    expect(refusal(() => encode([error, { send: () => 1 }])).details.path).toBe('[1].send')
    const details = { id: 'o-1', socket: new Promise(() => {}) }
    expect(roundTrip(orderFailure('order.refused', details)).details).toEqual({ id: 'o-1' })
  })

  it('cannot be their own cause', () => {
    const error = new Error('round')
    error.cause = new Error('and round', { cause: error })
    const failure = refusal(() => encode({ error }))
    expect(failure).toMatchObject({ code: 'codec.circular', details: { path: 'error.cause.cause', holds: 'error' } })
  })

  it('from a text take nothing that stands in the way of what errors have', () => {
    const members = '{"toString":1,"toJSON":2,"__proto__":{"polluted":1},"name":3,"status":4}'
    const content = `{"code":"a.b","message":"m r","remedy":"r","retryable":false,"members":${members}}`
    const back = decode(`{"~1":{"~failure":${content}}}`) as Failure
    expect(back).toHaveProperty('status', 4)
    expect(back.toJSON()).toMatchObject({ code: 'a.b', message: 'm r' })
    expect(String(back)).toBe('Failure: m r')
    expect(back.stack).toBe('Failure: m r')
    expect(back).not.toHaveProperty('polluted')
  })
})
