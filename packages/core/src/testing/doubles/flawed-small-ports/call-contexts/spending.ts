import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../../flawed-double.js'
import { altered, flawed } from './flawed.js'

const told = 'budget tells what the message says is left, and nothing of what is unbounded'
const addedUp = 'what is spent is added up and taken from what is left, of which there is never less than nothing'
const together = 'what others spend who are asked is spent too, and is not given back when they are done'

/** Call contexts that count otherwise what is spent. */
export const flawedSpending: readonly FlawedDouble<DispatcherUnderTest>[] = [
  altered('what is left is not told', [told, addedUp, together], () => ({ budget: () => ({}) })),
  altered('what is unbounded is told as nothing left', [told], ({ budget }) => ({
    budget: () => ({ tokens: 0, costUsd: 0, ...budget() }),
  })),
  altered('what is spent is not counted', [addedUp, together], () => ({ spend: () => {} })),
  altered('only the first spending counts', [addedUp], ({ spend }) => {
    let isFirst = true
    return {
      spend: (usage) => {
        if (isFirst) spend(usage)
        isFirst = false
      },
    }
  }),
  flawed('each call has what is left to itself', [together], () => ({ purseOf: ({ id }) => id })),
]
