import type { LockStore } from '../../ports/index.js'
import type { FlawedDouble } from './flawed-double.js'
import { flawedKeepers } from './flawed-lock-stores/keeping.js'
import { flawedLockReaders } from './flawed-lock-stores/reading.js'
import { flawedGivers } from './flawed-lock-stores/taking.js'

/** Lock stores with one flaw each, in memory: the contract has to find every one of them. */
export const flawedLockStores: readonly FlawedDouble<LockStore>[] = [
  ...flawedGivers,
  ...flawedKeepers,
  ...flawedLockReaders,
]
