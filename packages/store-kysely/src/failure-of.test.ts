import { blamesStore, blamesWrite, isFailure } from '@baton/core/ports'
import { expect, test } from 'vitest'
import { failureOf, isBusy } from './failure-of.js'
import { storeFailure } from './failures.js'

const coded = (fields: object) => Object.assign(new Error('what the driver said'), fields)

test.each([
  [{ errcode: 5 }, 'store.unavailable', true],
  [{ errcode: 517 }, 'store.unavailable', true],
  [{ errcode: 2_570 }, 'store.unavailable', true],
  [{ errcode: 8 }, 'store.read_only', false],
  [{ errcode: 1_032 }, 'store.read_only', false],
  [{ errcode: 11 }, 'store.corrupt', false],
  [{ errcode: 13 }, 'store.full', false],
  [{ errcode: 14 }, 'store.cannot_open', false],
  [{ errcode: 26 }, 'store.corrupt', false],
  [{ errcode: 19 }, 'store.refused', false],
  [{ code: 'SQLITE_BUSY_SNAPSHOT' }, 'store.unavailable', true],
  [{ code: 'SQLITE_FULL' }, 'store.full', false],
  [{ code: 'SQLITE_READONLY_DBMOVED' }, 'store.read_only', false],
  [{ code: 'SQLITE_CONSTRAINT_UNIQUE' }, 'store.refused', false],
  [{ code: '53100' }, 'store.full', false],
  [{ code: '57P01' }, 'store.unavailable', true],
  [{ code: '57014' }, 'store.blocked', true],
  [{ code: '55P03' }, 'store.blocked', true],
  [{ code: '40P01' }, 'store.blocked', true],
  [{ code: '23502' }, 'store.refused', false],
  [{ code: '42P01' }, 'store.no_tables', false],
  [{ code: 'ECONNRESET' }, 'store.unavailable', true],
  // Asked again for ever, it would hold up all runs of the process.
  [{ code: 'ERR_OUT_OF_RANGE' }, 'store.refused', false],
  [{ code: 'ERR_INVALID_ARG_TYPE' }, 'store.refused', false],
  [{ code: 'ERR_INVALID_STATE' }, 'store.unavailable', true],
  // The system's codes can look like a server's.
  [{ code: 'EPIPE', syscall: 'write' }, 'store.unavailable', true],
  [{ code: 'EPERM', syscall: 'connect' }, 'store.unavailable', true],
  [{ code: '26000' }, 'store.unavailable', true],
  [{ code: '28P01' }, 'store.denied', false],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'store.denied', false],
  [{}, 'store.unavailable', true],
])('a driver that says %j means %s', (fields, code, retryable) => {
  const cause = coded(fields)
  const failure = failureOf(cause, 'append')
  expect(failure).toMatchObject({ code, retryable, cause })
  expect(isFailure(failure) && failure.message).toMatch(/append.*what the driver said/)
})

test('what was closed is told to be, whoever tells it', () => {
  const said = [
    'driver has already been destroyed',
    'Cannot use a pool after calling end on the pool',
    'database is not open',
  ]
  for (const message of said) {
    expect(failureOf(new Error(message), 'append')).toMatchObject({ code: 'store.closed', retryable: false })
  }
})

test('a server that does not encrypt is not asked for ever to', () => {
  const error = new Error('The server does not support SSL connections')
  expect(failureOf(error, 'connect')).toMatchObject({ code: 'store.denied', retryable: false })
})

test('a table or a column that SQLite does not know is told to be missing', () => {
  for (const message of ['no such table: a', 'no such column: b', 'table a has no column named b']) {
    expect(failureOf(Object.assign(new Error(message), { errcode: 1 }), 'append')).toMatchObject({
      code: 'store.no_tables',
    })
  }
  expect(failureOf(coded({ errcode: 1 }), 'append')).toMatchObject({ code: 'store.refused' })
})

test('what is told already, and what aborts a call, stays what it is', () => {
  const failure = storeFailure('store.full', { doing: 'append', because: 'full' })
  const abort = new DOMException('enough', 'AbortError')
  expect([failureOf(failure, 'read'), failureOf(abort, 'read')]).toEqual([failure, abort])
})

test('a lock that could not be had is told apart', () => {
  expect([5, 6, 15, 261, 517].filter((errcode) => !isBusy(coded({ errcode })))).toEqual([])
  expect(isBusy(coded({ code: 'SQLITE_BUSY' }))).toBe(true)
  for (const fields of [{ errcode: 13 }, { code: 'SQLITE_FULL' }, { code: '40001' }, {}])
    expect(isBusy(coded(fields))).toBe(false)
  expect([isBusy(undefined), isBusy(null), isBusy('busy')]).toEqual([false, false, false])
})

test('what somebody has to see to is told apart from what was asked', () => {
  const isBlamed = (fields: object) => blamesStore(failureOf(coded(fields), 'append'))
  expect([{ code: '53100' }, { code: '28P01' }, { code: '42P01' }, { errcode: 8 }].every(isBlamed)).toBe(true)
  expect([{ code: '23502' }, { code: '57P01' }, { errcode: 19 }, {}].some(isBlamed)).toBe(false)
})

test('what another call may succeed in meanwhile is told apart from what concerns all', () => {
  const isBlamed = (fields: object) => blamesWrite(failureOf(coded(fields), 'append'))
  expect([{ code: '55P03' }, { code: '57014' }, { code: '40P01' }, { code: '40001' }].every(isBlamed)).toBe(true)
  expect([{ code: '57P01' }, { code: '53300' }, { code: '23502' }, { errcode: 5 }, {}].some(isBlamed)).toBe(false)
})

test('a transaction of whoever has handed the connection in is waited for', () => {
  const error = Object.assign(new Error('cannot start a transaction within a transaction'), { errcode: 1 })
  expect([isBusy(error), failureOf(error, 'append')]).toEqual([true, expect.objectContaining({ retryable: true })])
})
