import type { Contract } from '../contract.js'
import { asking } from './call-context/asking.js'
import { doing } from './call-context/doing.js'
import { keying } from './call-context/keys.js'
import { passingOn } from './call-context/passing-on.js'
import { spending } from './call-context/spending.js'
import { stoppingWithin } from './call-context/stopping-within.js'
import { telling } from './call-context/telling.js'
import { ending } from './call-context/time.js'
import type { DispatcherUnderTest } from './dispatcher-contract.js'

/** What a CallContext promises, as the agents of a dispatcher get it: one case for each promise of the port's prose. */
export const callContextContract: Contract<DispatcherUnderTest> = {
  port: 'CallContext',
  cases: [...telling, ...ending, ...keying, ...doing, ...spending, ...asking, ...passingOn, ...stoppingWithin],
}
