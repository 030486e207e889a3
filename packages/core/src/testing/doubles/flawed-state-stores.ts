import type { StateStore } from '../../ports/index.js'
import type { FlawedDouble } from './flawed-double.js'
import { flawedClaimants } from './flawed-state-stores/claiming.js'
import { flawedNamedClaimants } from './flawed-state-stores/claiming-by-name.js'
import { flawedDeleters } from './flawed-state-stores/deleting.js'
import { flawedHolders } from './flawed-state-stores/holding.js'
import { flawedListers } from './flawed-state-stores/listing.js'
import { flawedNamers } from './flawed-state-stores/naming.js'
import { flawedReaders } from './flawed-state-stores/reading.js'
import { flawedRecorders } from './flawed-state-stores/recording.js'
import { flawedRetirers } from './flawed-state-stores/retiring.js'
import { flawedListeners } from './flawed-state-stores/signalling.js'
import { flawedWriters } from './flawed-state-stores/writing.js'

/** State stores with one flaw each, in memory: the contract has to find every one of them. */
export const flawedStateStores: readonly FlawedDouble<StateStore>[] = [
  ...flawedWriters,
  ...flawedRecorders,
  ...flawedHolders,
  ...flawedListeners,
  ...flawedClaimants,
  ...flawedNamedClaimants,
  ...flawedRetirers,
  ...flawedReaders,
  ...flawedListers,
  ...flawedDeleters,
  ...flawedNamers,
]
