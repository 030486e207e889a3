import type { Contract } from '../contract.js'
import { asking } from './message-bus/asking.js'
import type { MessageBusUnderTest } from './message-bus/bench.js'
import { closing } from './message-bus/closing.js'
import { publishing } from './message-bus/publishing.js'
import { subscribing } from './message-bus/subscribing.js'

export type { MessageBusUnderTest } from './message-bus/bench.js'

/** What a MessageBus promises: one case for each promise of the port's prose, save that about the memory of owners. */
export const messageBusContract: Contract<MessageBusUnderTest> = {
  port: 'MessageBus',
  cases: [...publishing, ...subscribing, ...asking, ...closing],
}
