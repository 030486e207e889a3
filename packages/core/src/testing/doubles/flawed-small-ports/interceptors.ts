import type { AgentMessage, Interceptor } from '../../../ports/index.js'
import { requestFor } from '../../contracts/call-for.js'
import type { InterceptorUnderTest } from '../../contracts/interceptor-contract.js'
import { someTurns } from '../../contracts/turns.js'
import type { FlawedDouble } from '../flawed-double.js'

function flawed(
  name: string,
  breaks: readonly string[],
  make: () => Interceptor['intercept'],
  called = 'flawed',
): FlawedDouble<InterceptorUnderTest> {
  return {
    name,
    breaks,
    open: async () => ({
      port: { interceptor: { name: called, intercept: make() }, message: requestFor({ payload: { a: 1 } }) },
      advance: async () => {},
    }),
  }
}

const mixed = 'calls under way at the same time do not mix'

/** Interceptors with one flaw each: the contract has to find every one of them. */
export const flawedInterceptors: readonly FlawedDouble<InterceptorUnderTest>[] = [
  flawed('it has no name', ['it has a name'], () => (message, _call, next) => next(message), ' '),
  flawed(
    'it passes a message on twice',
    ['a message is passed on once, itself or a copy of the same ids'],
    () => async (message, _call, next) => {
      await next(message)
      return next(message)
    },
  ),
  flawed(
    'it passes on a message of another id',
    ['a message is passed on once, itself or a copy of the same ids', mixed],
    () => (message, _call, next) => next({ ...message, id: `${message.id}, passed on` }),
  ),
  flawed('it signs the message itself', ['the message is left as it is'], () => (message, _call, next) => {
    Reflect.set(message, 'signature', 'signed')
    return next(message)
  }),
  flawed('it changes the answer', ['the answer comes back, when it is there', mixed], () => {
    return async (message, _call, next) => ({ ...(await next(message)), payload: 'changed' })
  }),
  flawed('it wraps failures', ['a failure is passed on as it is'], () => async (message, _call, next) => {
    try {
      return await next(message)
    } catch (cause) {
      const wrapped = new RangeError('the call failed', { cause })
      throw wrapped
    }
  }),
  flawed('it remembers only the last message', [mixed], () => {
    let last: AgentMessage
    return async (message, _call, next) => {
      last = message
      await someTurns()
      return next(last)
    }
  }),
]
