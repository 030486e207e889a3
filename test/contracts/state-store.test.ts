import type { StateStore } from '../../packages/core/src/ports/index.ts'
import { InMemoryStateStore } from '../../packages/core/src/memory/store/index.ts'
import { stateStoreContract } from '../../packages/core/src/testing/contracts/state-store/index.ts'
import { flawedStateStores } from '../../packages/core/src/testing/doubles/flawed-state-stores.ts'
import { ManualClock } from '../../packages/core/src/testing/doubles/manual-clock.ts'
import { testContract } from './examined.ts'

testContract<StateStore>(
  stateStoreContract,
  async () => {
    const clock = new ManualClock()
    const port = new InMemoryStateStore({ clock })
    return { port, advance: async (ms) => clock.advance(ms), another: async () => port }
  },
  flawedStateStores,
)
