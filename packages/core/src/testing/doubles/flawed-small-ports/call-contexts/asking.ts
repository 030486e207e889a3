import { type AgentMessage, type Failure, isFailure, type MessageInit } from '../../../../ports/index.js'
import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import type { FlawedDouble } from '../../flawed-double.js'
import type { AskOptions } from '../plain-context.js'
import { failed } from '../plain-dispatcher.js'
import { flawed } from './flawed.js'

const spentTogether = 'what others spend who are asked is spent too, and is not given back when they are done'
const takenOff = 'members may be taken off it by name, and work'
const reaches = 'ask reaches the agent of the operation with the input, and resolves with its output'
const mixed = 'asks under way at the same time do not mix'
const ownFailure = "ask rejects with the failure of the other agent's own"
const cause = 'ask rejects with a failure whatever the other agent threw, that being the cause'
const nobody = 'ask rejects with dispatch.…, and never throws, when there is no such agent'
const noOperation = 'ask rejects with dispatch.…, and never throws, when it is given no operation'
const caused = 'what is asked is caused by the request, one deeper, and of its correlation'
const same = 'what is asked is of the same session, tenant, priority and trace'
const noLater = 'what is asked has no later deadline than the request, whatever timeout it is given'
const callersTimeout = "what is asked ends by the timeout of the request's caller too"
const givenKey = 'a key that ask is given is the key of what is asked'
const equalKeys = 'what is asked has equal keys again when its request is repeated, and another one each time within it'
const cancels = 'who cancels a call cancels what it asked, with the same reason'
const reachesNobody = 'what is asked when nobody waits any more reaches nobody'
const ownTimeout = 'ask ends with call.timed_out when the timeout it was given has passed, and the call goes on'
const ownSignal = 'ask ends with call.cancelled when the signal it was given aborts, and the call goes on'

/** Call contexts whose `ask` brings something else to the agent, or back. */
export const flawedAsking: readonly FlawedDouble<DispatcherUnderTest>[] = [
  requesting('the input does not arrive', [reaches, mixed], () => ({ payload: undefined })),
  requesting('an agent is asked for its work, whatever was asked for', [reaches], () => ({ operation: 'work' })),
  requesting('who asks is the host', [reaches], () => ({ sender: 'a-host' })),
  requesting('one agent is asked for all', [reaches], () => ({ receiver: { agent: 'other' } })),
  requesting('all that is asked has one id', [mixed], ({ message }) => ({ id: `within ${message.id}` })),
  flawed('the output is within another object', [reaches, mixed, takenOff], (own) => {
    const askWithin = own.askWithin.bind(own)
    return { askWithin: async (...asked) => ({ payload: await askWithin(...asked) }) }
  }),
  flawed('what is asked again in one call is not asked', [mixed, noLater, equalKeys], (own) => {
    const askWithin = own.askWithin.bind(own)
    const answers = new WeakMap<object, Map<unknown, Promise<unknown>>>()
    return {
      askWithin: (around, operation, ...asked) => {
        const ofCall = answers.get(around) ?? new Map<unknown, Promise<unknown>>()
        answers.set(around, ofCall)
        const answer = ofCall.get(operation) ?? askWithin(around, operation, ...asked)
        ofCall.set(operation, answer)
        return answer
      },
    }
  }),
  rejecting("the other agent's failure becomes another one", [ownFailure, cause], (error) =>
    codeOf(error) === 'own.failure' || codeOf(error) === 'agent.failed' ? failed('agent.asked_in_vain') : error,
  ),
  rejecting('what the other agent threw is thrown as it is', [cause], (error) =>
    codeOf(error) === 'agent.failed' ? (error as Failure).cause : error,
  ),
  flawed('what cannot be asked for is thrown', [noOperation], (own) => {
    const askWithin = own.askWithin.bind(own)
    return {
      askWithin: (around, operation, ...asked) => {
        if (!operation?.agent) throw failed('dispatch.not_an_operation')
        return askWithin(around, operation, ...asked)
      },
    }
  }),
  rejecting('an agent that is not there fails like one that is', [nobody], (error) =>
    codeOf(error) === 'dispatch.unknown_agent' ? failed('agent.failed') : error,
  ),
]

/** Call contexts that do not pass on what belongs to the request. */
export const flawedPassingOn: readonly FlawedDouble<DispatcherUnderTest>[] = [
  requesting('what is asked has its own correlation', [caused, spentTogether], () => ({ correlationId: 'its own' })),
  requesting('what is asked has no cause', [caused], () => ({ causationId: undefined })),
  requesting('what is asked is as deep as the request', [caused], ({ message }) => ({ depth: message.depth })),
  requesting('what is asked is a later attempt', [caused], ({ message }) => ({ attempt: message.attempt })),
  requesting('the session is not passed on', [same], () => ({ session: undefined })),
  requesting('the tenant is not passed on', [same], () => ({ tenant: undefined })),
  requesting('what is asked is urgent', [same], () => ({ priority: 'high' })),
  requesting('what is asked is not urgent', [same], () => ({ priority: 'normal' })),
  requesting('the trace is not passed on', [same], () => ({ traceparent: undefined })),
  requesting('the deadline is not passed on', [noLater, callersTimeout], () => ({ deadline: undefined })),
  requesting("the message's deadline is passed on alone", [callersTimeout], ({ message }) => ({
    deadline: message.deadline,
  })),
  requesting('a timeout makes the deadline later', [noLater, callersTimeout], ({ now, options, deadline }) => {
    const { timeoutMs = 0 } = options ?? {}
    return Number.isFinite(timeoutMs) && timeoutMs > 0 ? { deadline: now + timeoutMs } : { deadline }
  }),
  requesting('a key that was given is not used', [givenKey], ({ options }) =>
    options?.idempotencyKey === undefined ? {} : { idempotencyKey: 'its own' },
  ),
  requesting('what is asked has no key', [equalKeys], ({ options }) => ({ idempotencyKey: options?.idempotencyKey })),
  requesting('what is asked twice has one key', [equalKeys], ({ message, options }) => ({
    idempotencyKey: options?.idempotencyKey ?? message.idempotencyKey,
  })),
]

/** Call contexts whose `ask` does not end when it should. */
export const flawedStopping: readonly FlawedDouble<DispatcherUnderTest>[] = [
  flawed('who cancels a call cancels nothing else', [cancels, reachesNobody], () => ({
    signalFor: (_around, options) => options?.signal ?? new AbortController().signal,
  })),
  flawed('the reason is not passed on', [cancels], () => ({
    signalFor: ({ signal }, options) => {
      const controller = new AbortController()
      if (signal.aborted) controller.abort()
      signal.addEventListener('abort', () => controller.abort())
      return AbortSignal.any([controller.signal, ...(options?.signal ? [options.signal] : [])])
    },
  })),
  flawed('who has been cancelled may still ask', [reachesNobody], (own) => {
    const signalFor = own.signalFor.bind(own)
    return {
      signalFor: (around, options) =>
        around.signal.aborted ? new AbortController().signal : signalFor(around, options),
    }
  }),
  withoutOption('a timeout that ask is given is not looked at', [ownTimeout], 'timeoutMs'),
  withoutOption('a signal that ask is given is not looked at', [ownSignal], 'signal'),
  flawed('what ends what was asked ends the call', [ownTimeout, ownSignal], (own) => {
    const context = own.context.bind(own)
    const askWithin = own.askWithin.bind(own)
    const controllers = new WeakMap<AgentMessage, AbortController>()
    return {
      context: (message, signal, leftMs) => {
        const controller = new AbortController()
        controllers.set(message, controller)
        return context(message, AbortSignal.any([signal, controller.signal]), leftMs)
      },
      askWithin: async (...asked) => {
        try {
          return await askWithin(...asked)
        } catch (error) {
          if (codeOf(error).startsWith('call.')) controllers.get(asked[0].message)?.abort(error)
          throw error
        }
      },
    }
  }),
]

interface Asked {
  readonly message: AgentMessage
  readonly options: AskOptions
  readonly now: number
  /** What it would be without the flaw. */
  readonly deadline: number | undefined
}

/** Changes the requests that agents make. */
function requesting(
  name: string,
  breaks: readonly string[],
  change: (asked: Asked) => Partial<MessageInit>,
): FlawedDouble<DispatcherUnderTest> {
  return flawed(name, breaks, (own) => {
    const within = own.within.bind(own)
    return {
      within: (around, operation, payload, options) => {
        const request = within(around, operation, payload, options)
        const now = own.clock.now()
        return { ...request, ...change({ message: around.message, options, now, deadline: request.deadline }) }
      },
    }
  })
}

/** Changes what an ask rejects with. */
function rejecting(
  name: string,
  breaks: readonly string[],
  change: (error: unknown) => unknown,
): FlawedDouble<DispatcherUnderTest> {
  return flawed(name, breaks, (own) => {
    const askWithin = own.askWithin.bind(own)
    return { askWithin: (...asked) => askWithin(...asked).catch((error: unknown) => Promise.reject(change(error))) }
  })
}

/** Overlooks something that an ask is given. */
function withoutOption(
  name: string,
  breaks: readonly string[],
  option: keyof NonNullable<AskOptions>,
): FlawedDouble<DispatcherUnderTest> {
  return flawed(name, breaks, (own) => {
    const askWithin = own.askWithin.bind(own)
    return {
      askWithin: (around, operation, input, given) => {
        const options = { ...given }
        Reflect.deleteProperty(options, option)
        return askWithin(around, operation, input, options)
      },
    }
  })
}

function codeOf(error: unknown): string {
  return isFailure(error) ? error.code : ''
}
