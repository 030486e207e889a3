import type { DispatcherUnderTest } from '../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../flawed-double.js'
import { flawedAsking, flawedPassingOn, flawedStopping } from './call-contexts/asking.js'
import { flawedEnding } from './call-contexts/ending.js'
import { flawedKeys } from './call-contexts/keys.js'
import { flawedSpending } from './call-contexts/spending.js'
import { flawedTelling } from './call-contexts/telling.js'

/** Dispatchers whose call contexts have one flaw each: the contract has to find every one of them. */
export const flawedCallContexts: readonly FlawedDouble<DispatcherUnderTest>[] = [
  ...flawedTelling,
  ...flawedEnding,
  ...flawedKeys,
  ...flawedSpending,
  ...flawedAsking,
  ...flawedPassingOn,
  ...flawedStopping,
]
