import { ManualClock, SeededRandom } from '@baton/core/testing'
import { expect, test } from 'vitest'
import type { Channel } from './channel.js'
import type { Request } from './executor.js'
import { SqliteConnection } from './sqlite-connection.js'

/** A connection over a channel whose answers the test gives. */
function rig(answer: (request: Request) => unknown, busyTimeoutMs = 1_000) {
  const clock = new ManualClock()
  const asked: string[] = []
  const channel = {
    life: 0,
    send: async (request: Request) => {
      asked.push(request.kind === 'statement' ? request.sql : 'transaction')
      const value = answer(request)
      if (value instanceof Error) throw value
      return value as never
    },
    close: async () => {},
  } satisfies Channel
  const connection = new SqliteConnection({ channel, clock, random: new SeededRandom(7) }, busyTimeoutMs)
  return { connection, channel: channel as { life: number }, clock, asked }
}

const rows = { rows: [], changes: 0, lastId: 0 }
const busy = Object.assign(new TypeError('database is locked'), { errcode: 5 })
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))

test('what was refused for a lock is asked again, until its time is up', async () => {
  const { connection, clock, asked } = rig(() => busy)
  const failing = connection.transaction([]).catch((error: unknown) => error)
  for (let passed = 0; passed < 1_100; passed += 10) {
    await settle()
    clock.advance(10)
  }
  expect(await failing).toBe(busy)
  // With pauses that grow: not as often as it could.
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.length).toBeLessThan(60)
})

test('while one waits for the lock, others read', async () => {
  const { connection, clock } = rig((request) => (request.kind === 'transaction' ? busy : rows))
  const failing = connection.transaction([]).catch((error: unknown) => error)
  await settle()
  expect(await connection.query({ sql: 'select 1', values: [] })).toEqual([])
  for (let passed = 0; passed < 1_100; passed += 10) {
    await settle()
    clock.advance(10)
  }
  expect(await failing).toBe(busy)
})

test('who has the connection alone has it alone', async () => {
  const { connection, asked } = rig(() => rows)
  const { run, release } = await connection.exclusive()
  const other = connection.query({ sql: 'other', values: [] })
  await run({ sql: 'begin', values: [] })
  await run({ sql: 'commit', values: [] })
  release()
  await other
  expect(asked).toEqual(['begin', 'commit', 'other'])
})

test('the rest of a transaction is not done on another connection than its beginning', async () => {
  const { connection, channel, asked } = rig(() => rows)
  const { run, release } = await connection.exclusive()
  await run({ sql: 'begin immediate', values: [] })
  channel.life++
  await expect(run({ sql: 'insert', values: [] })).rejects.toMatchObject({ code: 'store.unavailable', retryable: true })
  release()
  expect(asked).toEqual(['begin immediate'])
  const next = await connection.exclusive()
  await next.run({ sql: 'begin immediate', values: [] })
  next.release()
  expect(asked).toHaveLength(2)
})
