import type { Contract } from '../contract.js'
import { answering, failing } from './dispatcher/answers.js'
import type { DispatcherUnderTest } from './dispatcher/bench.js'
import { stopping } from './dispatcher/endings.js'

export type { DispatcherUnderTest } from './dispatcher/bench.js'

/** What a Dispatcher promises: one case for each promise of the port's prose that needs no typed agent. */
export const dispatcherContract: Contract<DispatcherUnderTest> = {
  port: 'Dispatcher',
  cases: [...answering, ...failing, ...stopping],
}
