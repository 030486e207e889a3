import type { AgentMessage } from '../../../../ports/index.js'
import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../../flawed-double.js'
import type { AskingDispatcher } from '../plain-context.js'
import { flawed } from './flawed.js'

const takenOff = 'members may be taken off it by name, and work'
const repeated = 'idempotencyKey is an identifier, and equal when the same work is repeated'
const eachTime = 'idempotencyKey is equal each time it is asked for'
const effects = 'idempotencyKey differs for each effect'
const works = 'idempotencyKey differs for each piece of work: another key, another message without one'
const tenants = 'idempotencyKey differs for each tenant'
const agents = 'idempotencyKey differs for each agent and operation, though the key they were given is one'
const oneText = 'idempotencyKey differs for different parts that make one text together'
const equalWithin =
  'what is asked has equal keys again when its request is repeated, and another one each time within it'

/** Call contexts whose keys are equal, or differ, when they should not. */
export const flawedKeys: readonly FlawedDouble<DispatcherUnderTest>[] = [
  flawed('a key is new each time', [repeated, eachTime, equalWithin, takenOff], () => {
    let keys = 0
    return { key: () => `key ${++keys}` }
  }),
  flawed('each attempt has its keys', [repeated], (own) => {
    const key = own.key.bind(own)
    return { key: (message, effect) => `${message.attempt} ${key(message, effect)}` }
  }),
  flawed("the message's key is not looked at", [repeated, works, oneText, equalWithin], (own) => {
    return keyOf(own, (message) => ({ ...message, idempotencyKey: undefined }))
  }),
  flawed('without a key all work is one', [works], (own) => {
    return keyOf(own, (message) => ({ ...message, idempotencyKey: message.idempotencyKey ?? 'none' }))
  }),
  flawed('the effect is not looked at', [effects, oneText], (own) => {
    const key = own.key.bind(own)
    return { key: (message) => key(message) }
  }),
  flawed('the tenant is not looked at', [tenants], (own) => {
    return keyOf(own, (message) => ({ ...message, tenant: undefined }))
  }),
  flawed('the agent is not looked at', [agents], (own) => {
    return keyOf(own, (message) => ({ ...message, receiver: { everyone: true } }))
  }),
  flawed('the operation is not looked at', [agents], (own) => {
    return keyOf(own, (message) => ({ ...message, operation: '' }))
  }),
  flawed('the parts are written one after the other', [oneText], () => ({
    key: ({ tenant = '-', idempotencyKey, id, receiver, operation }, effect = '-') =>
      `${JSON.stringify(receiver)}${operation}${tenant}${idempotencyKey ?? id}${effect}`,
  })),
]

/** Makes keys as if the message were another one. */
function keyOf(own: AskingDispatcher, change: (message: AgentMessage) => AgentMessage): Partial<AskingDispatcher> {
  const key = own.key.bind(own)
  return { key: (message, effect) => key(change(message), effect) }
}
