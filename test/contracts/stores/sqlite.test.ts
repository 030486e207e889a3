import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, test } from 'vitest'
import { type OpenSqlite, openSqlite } from '../../../packages/adapters-sqlite/src/index.ts'
import { SystemClock, SystemRandom } from '../../../packages/core/src/host/index.ts'
import type { Clock } from '../../../packages/core/src/ports/index.ts'
import { ManualClock } from '../../../packages/core/src/testing/doubles/manual-clock.ts'
import { lockStoreContract } from '../../../packages/core/src/testing/contracts/lock-store.ts'
import { stateStoreContract } from '../../../packages/core/src/testing/contracts/state-store/index.ts'
import { runContract } from '../../../packages/core/src/testing/run-contract.ts'

const folder = await mkdtemp(join(tmpdir(), 'baton-sqlite-'))
const opened: OpenSqlite[] = []
const random = new SystemRandom()

async function open(file: string, clock: Clock = new SystemClock()): Promise<OpenSqlite> {
  const one = await openSqlite({ file, durability: 'normal', busyTimeoutMs: 10_000, migrate: true }, { clock, random })
  opened.push(one)
  return one
}

afterAll(async () => {
  for (const one of opened) await one.close()
  await rm(folder, { recursive: true })
})

describe('in a file, from two connections', async () => {
  const file = join(folder, 'runs.db')
  const [one, other] = [await open(file), await open(file)]
  const advance = (ms: number) => wait(ms)
  runContract(stateStoreContract, {
    test,
    open: async () => ({ port: one.states, another: async () => other.states, advance }),
  })
  runContract(lockStoreContract, {
    test,
    open: async () => ({ port: one.locks, another: async () => other.locks, advance }),
  })
})

describe('in memory', async () => {
  const clock = new ManualClock()
  const one = await open(':memory:', clock)
  const advance = async (ms: number) => clock.advance(ms)
  runContract(stateStoreContract, { test, open: async () => ({ port: one.states, advance }) })
  runContract(lockStoreContract, { test, open: async () => ({ port: one.locks, advance }) })
})
