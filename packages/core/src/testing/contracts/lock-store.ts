import type { LockStore } from '../../ports/index.js'
import type { Contract } from '../contract.js'
import { keepingCases } from './lock-store/keeping.js'
import { readingCases } from './lock-store/reading.js'
import { takingCases } from './lock-store/taking.js'

/** What a LockStore promises: one case for each promise of the port's prose. */
export const lockStoreContract: Contract<LockStore> = {
  port: 'LockStore',
  cases: [...takingCases, ...keepingCases, ...readingCases],
}
