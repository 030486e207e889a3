import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, expect, test, vi } from 'vitest'
import { WorkerChannel } from './worker-channel.js'

const folder = mkdtempSync(join(tmpdir(), 'baton-thread-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const statement = (sql: string) => ({ kind: 'statement', sql, values: [] }) as const
// Long enough for the thread to be ended meanwhile; SQLite itself cannot be interrupted.
const slow = 'with recursive n(n) as (select 1 union all select n + 1 from n where n < 1e6) select count(*) from n'

/** A channel, and the threads that it starts. */
function channel(name: string, opening = ['pragma synchronous = full']) {
  const threads: Worker[] = []
  const on = vi.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
    if (!threads.includes(this)) threads.push(this)
  })
  const one = new WorkerChannel({ file: join(folder, name), opening })
  return { one, threads, done: () => on.mockRestore() }
}

test('when the thread ends, what was asked fails and may be asked again; another thread is started', async () => {
  const { one, threads, done } = channel('ends.db')
  await one.send(statement('create table t (a)'))
  const asked = [one.send(statement(slow)), one.send(statement('insert into t values (1)'))]
  const failing = Promise.allSettled(asked)
  expect(one.life).toBe(0)
  await threads[0]?.terminate()
  for (const answer of await failing) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'store.unavailable', retryable: true } })
  }
  expect(one.life).toBe(1)
  expect(await one.send(statement('select count(*) as n from t'))).toMatchObject({ rows: [{ n: 0 }] })
  expect(threads).toHaveLength(2)
  await one.close()
  done()
})

test('the end of an earlier thread, told late, does not fail what is asked of the next', async () => {
  const { one, threads, done } = channel('late.db')
  await one.send(statement('create table t (a)'))
  const [first] = threads
  const asked = one.send(statement(slow)).catch(() => one.send(statement('select 7 as n')))
  // As a thread that fails: that is told first, and its end some time after.
  first?.emit('error', new TypeError('out of memory'))
  await Promise.resolve()
  first?.emit('exit', 1)
  expect(await asked).toMatchObject({ rows: [{ n: 7 }] })
  expect(one.life).toBe(1)
  await first?.terminate()
  await one.close()
  done()
})

test('a thread that takes the place of another writes as safely', async () => {
  const { one, threads, done } = channel('safe.db', ['pragma synchronous = extra'])
  expect(await one.send(statement('pragma synchronous'))).toMatchObject({ rows: [{ synchronous: 3 }] })
  await threads[0]?.terminate()
  expect(await one.send(statement('pragma synchronous'))).toMatchObject({ rows: [{ synchronous: 3 }] })
  await one.close()
  done()
})

test('what SQLite says of itself is told with its number', async () => {
  const { one, done } = channel('says.db')
  await expect(one.send(statement('select * from none'))).rejects.toMatchObject({
    errcode: 1,
    message: /no such table/,
  })
  await one.close()
  done()
})

test('a channel that is closed takes nothing, and starts no thread; to close it again does nothing', async () => {
  const { one, threads, done } = channel('closed.db')
  await one.send(statement('create table t (a)'))
  const last = one.send(statement('insert into t values (1)'))
  await one.close()
  expect(await last).toMatchObject({ changes: 1 })
  await one.close()
  await expect(one.send(statement('select 1'))).rejects.toMatchObject({ code: 'store.closed', retryable: false })
  expect(threads).toHaveLength(1)
  done()
})

test('one that was never asked anything starts no thread', async () => {
  const { one, threads, done } = channel('never.db')
  await one.close()
  expect(threads).toEqual([])
  done()
})
