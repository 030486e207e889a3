import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../packages/core/src/testing/doubles/manual-clock.ts'
import { lockStoreContract } from '../../../packages/core/src/testing/contracts/lock-store.ts'
import { stateStoreContract } from '../../../packages/core/src/testing/contracts/state-store/index.ts'
import { runContract } from '../../../packages/core/src/testing/run-contract.ts'
import type { SqliteDatabase } from '../../../packages/adapters-sqlite/src/index.ts'
import { host, taken } from './host.ts'
import { open } from './open.ts'

/** A connection with the manners of better-sqlite3: it takes `?1` for a name, and says `reader` in place of columns. */
function likeBetterSqlite(): SqliteDatabase & { readonly close: () => void } {
  const database = new DatabaseSync(':memory:')
  return {
    prepare(sql) {
      if (/\?\d/.test(sql)) throw new RangeError('Too few parameter values were provided')
      const statement = database.prepare(sql)
      const reader = statement.columns().length > 0
      return {
        reader,
        all(...values) {
          if (!reader) throw new TypeError('This statement does not return data. Use run() instead')
          return statement.all(...values)
        },
        run(...values) {
          if (reader) throw new TypeError('This statement returns data. Use get(), all(), or iterate() instead')
          return statement.run(...values)
        },
      }
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  }
}

test('an orchestrator keeps its runs by such a driver', async () => {
  const database = likeBetterSqlite()
  onTestFinished(database.close)
  const { orchestrator, flow } = await host({ database: taken(database as never) })
  expect(await orchestrator.run(flow, 'kept', { id: 'a' })).toMatchObject({ output: 'kept' })
  expect(await orchestrator.attach(flow, 'a').result()).toMatchObject({ output: 'kept' })
  await orchestrator.close()
})

describe('the stores', async () => {
  const clock = new ManualClock()
  const one = await open({ database: likeBetterSqlite() }, clock)
  const advance = async (ms: number) => clock.advance(ms)
  runContract(stateStoreContract, { test, open: async () => ({ port: one.states, advance }) })
  runContract(lockStoreContract, { test, open: async () => ({ port: one.locks, advance }) })
})
