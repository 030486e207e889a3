import { InMemoryLockStore } from '../../packages/core/src/memory/store/index.ts'
import { lockStoreContract } from '../../packages/core/src/testing/contracts/lock-store.ts'
import { flawedLockStores } from '../../packages/core/src/testing/doubles/flawed-lock-stores.ts'
import { ManualClock } from '../../packages/core/src/testing/doubles/manual-clock.ts'
import { testContract } from './examined.ts'

testContract(
  lockStoreContract,
  async () => {
    const clock = new ManualClock()
    const port = new InMemoryLockStore({ clock })
    return { port, advance: async (ms) => clock.advance(ms), another: async () => port }
  },
  flawedLockStores,
)
