import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, test } from 'vitest'
import { type OpenPostgres, openPostgres } from '../../../packages/adapters-postgres/src/index.ts'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { lockStoreContract } from '../../../packages/core/src/testing/contracts/lock-store.ts'
import { stateStoreContract } from '../../../packages/core/src/testing/contracts/state-store/index.ts'
import { RecordingLogger } from '../../../packages/core/src/testing/doubles/recording-logger.ts'
import { runContract } from '../../../packages/core/src/testing/run-contract.ts'
import { databaseOfFile } from '../../services/postgres/database.ts'

const { url } = await databaseOfFile()
const deps = { clock: new SystemClock(), logger: new RecordingLogger() }
const opened: OpenPostgres[] = []

async function open(): Promise<OpenPostgres> {
  const one = await openPostgres(
    {
      url,
      maxConnections: 10,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 30_000,
      lockTimeoutMs: 10_000,
      applicationName: 'baton',
      migrate: true,
      listen: true,
    },
    deps,
  )
  opened.push(one)
  return one
}

afterAll(async () => {
  for (const one of opened) await one.close()
})

const [one, other] = [await open(), await open()]
const advance = (ms: number) => wait(ms)
runContract(stateStoreContract, {
  test,
  open: async () => ({ port: one.states, another: async () => other.states, advance }),
})
runContract(lockStoreContract, {
  test,
  open: async () => ({ port: one.locks, another: async () => other.locks, advance }),
})
