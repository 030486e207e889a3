import { PGlite } from '@electric-sql/pglite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, test } from 'vitest'
import { openPostgres } from '../../../packages/adapters-postgres/src/index.ts'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { lockStoreContract } from '../../../packages/core/src/testing/contracts/lock-store.ts'
import { stateStoreContract } from '../../../packages/core/src/testing/contracts/state-store/index.ts'
import { RecordingLogger } from '../../../packages/core/src/testing/doubles/recording-logger.ts'
import { runContract } from '../../../packages/core/src/testing/run-contract.ts'

const pglite = await PGlite.create()
const deps = { clock: new SystemClock(), logger: new RecordingLogger() }
const settings = {
  pglite,
  maxConnections: 1,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 10_000,
  applicationName: 'baton',
  migrate: true,
  listen: true,
}
// Two stores on the one connection that there is.
const [one, other] = [await openPostgres(settings, deps), await openPostgres(settings, deps)]

afterAll(async () => {
  await Promise.all([one.close(), other.close()])
  await pglite.close()
})

const advance = (ms: number) => wait(ms)
const because = 'PGlite drops a byte order mark with which a text begins'
const skip = Object.fromEntries(
  ['a run', 'a tenant', 'a record and its agent', 'a session, a parent and a workflow', 'a runner'].map((what) => [
    `any identifier can name ${what}`,
    because,
  ]),
)
runContract(stateStoreContract, {
  test,
  skip,
  open: async () => ({ port: one.states, another: async () => other.states, advance }),
})
runContract(lockStoreContract, {
  test,
  open: async () => ({ port: one.locks, another: async () => other.locks, advance }),
})
