import type { AgentMessage, AgentProtocol, DispatchOptions } from '../../../ports/index.js'
import type { DispatcherUnderTest } from '../../contracts/dispatcher-contract.js'
import { someTurns } from '../../contracts/turns.js'
import type { FlawedDouble } from '../flawed-double.js'
import { failed, PlainDispatcher } from './plain-dispatcher.js'

function flawed(
  name: string,
  breaks: readonly string[],
  flaw: (own: PlainDispatcher) => Partial<PlainDispatcher>,
): FlawedDouble<DispatcherUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = new PlainDispatcher()
      const dispatcher = Object.assign(own, flaw(own))
      const advance = async (ms: number) => {
        own.clock.advance(ms)
        await someTurns()
      }
      return { port: { dispatcher, join: (agent: AgentProtocol) => own.join(agent) }, advance }
    },
  }
}

const reaches = 'a message reaches its agent, and the answer comes back'
const valueOrPromise = 'an answer may be a value or a promise'
const ownFailure = "a failure of the agent's own is what the call rejects with, thrown or answered"
const cause = 'what the agent threw that is no failure is the cause of one'
const noAnswer = 'what is no answer to the message is a failure'
const nobody = 'a message to an agent that is not there fails with dispatch.…'
const noMessage = 'a message that is none fails, and no agent is asked'
const cancelled = 'a signal stops the call with call.cancelled, its reason being the cause'
const cancelledBefore = 'a signal that has aborted before lets nobody be asked'
const timeout = 'a call ends with call.timed_out when its timeout has passed'
const deadline = "the message's deadline holds as well, whichever comes first"
const deadlineBefore = 'a deadline that has passed before lets nobody be asked'
const told = 'the agent is told that nobody waits any more'
const stays = 'a call that is over stays as it ended, whatever its agent does later'

const flawedAnswers: readonly FlawedDouble<DispatcherUnderTest>[] = [
  flawed('the agent that joined last gets all', [reaches, valueOrPromise, nobody, deadline], (own) => ({
    find: () => [...own.agents.values()].at(-1) as AgentProtocol,
  })),
  flawed('the agent does not learn the tenant', [reaches], (own) => {
    const ask = own.ask.bind(own)
    return { ask: (agent, message, call) => ask(agent, { ...message, tenant: undefined }, call) }
  }),
  flawed('an answer that is no promise is lost', [reaches, valueOrPromise, deadline, deadlineBefore], (own) => ({
    ask: async (agent, message, call) => {
      const answer = agent.process(message, call)
      if (answer instanceof Promise || answer?.type === 'error') return own.judge(message, await answer)
      throw failed('agent.invalid_reply')
    },
  })),
  flawed('answers are given in the order of the questions', ['calls under way at the same time do not mix'], (own) => {
    const waiting: ((answer: AgentMessage) => void)[] = []
    const wait = own.wait.bind(own)
    return {
      wait: (agent, message, options) => {
        const { promise, resolve, reject } = Promise.withResolvers<AgentMessage>()
        waiting.push(resolve)
        wait(agent, message, options).then(
          (answer) => waiting.shift()?.(answer),
          (error: unknown) => {
            waiting.splice(waiting.indexOf(resolve), 1)
            reject(error)
          },
        )
        return promise
      },
    }
  }),
]

const flawedFailures: readonly FlawedDouble<DispatcherUnderTest>[] = [
  flawed("an agent's failure becomes another one", [ownFailure], () => ({
    own: (failure) => (failure.code === 'own.failure' ? failed('agent.failed', failure) : failure),
  })),
  flawed('what an agent throws is thrown as it is', [cause], () => ({ foreign: (thrown) => thrown })),
  flawed('a cause is forgotten', [cause], () => ({ foreign: () => failed('agent.failed') })),
  flawed('anything is an answer', [noAnswer], () => ({
    judge: (_message, answer) => {
      if (answer?.type === 'error') throw answer.payload
      return answer as AgentMessage
    },
  })),
  flawed('an agent that is not there fails like one that is', [nobody], (own) => ({
    find: ({ receiver }) => {
      const agent = 'agent' in receiver ? own.agents.get(receiver.agent) : undefined
      if (agent === undefined) throw failed('agent.failed')
      return agent
    },
  })),
  flawed('anything is a message', [noMessage], () => ({ check: () => {} })),
]

const flawedEndings: readonly FlawedDouble<DispatcherUnderTest>[] = [
  flawed('who cancels gets the reason itself', [cancelled, cancelledBefore, told], () => ({
    cancelled: (reason) => reason,
  })),
  flawed('a signal is looked at only later', [cancelledBefore], (own) => {
    const admit = own.admit.bind(own)
    return { admit: (message, { timeoutMs }: DispatchOptions) => admit(message, { timeoutMs }) }
  }),
  flawed('a timeout is not looked at', [timeout, deadline, told, stays], (own) => ({
    leftFor: ({ deadline: until = Number.POSITIVE_INFINITY }) => until - own.clock.now(),
  })),
  flawed('a deadline is not looked at', [deadline, deadlineBefore], () => ({
    leftFor: (_message, timeoutMs) => timeoutMs ?? Number.POSITIVE_INFINITY,
  })),
  flawed('an agent is asked though it is too late', [deadlineBefore], (own) => ({
    admit: (_message, { signal }) => {
      if (signal?.aborted) throw own.cancelled(signal.reason)
    },
  })),
  flawed(
    'anything is a timeout',
    ['a timeout that is no time fails with dispatch.invalid_timeout, and no agent is asked'],
    () => ({ checkTimeout: () => {} }),
  ),
  flawed('no agent learns that nobody waits', [told], () => ({ tell: () => {} })),
  flawed('an agent is told to stop after it has answered', [stays], () => ({ forget: () => {} })),
]

/** Dispatchers with one flaw each: the contract has to find every one of them. */
export const flawedDispatchers: readonly FlawedDouble<DispatcherUnderTest>[] = [
  ...flawedAnswers,
  ...flawedFailures,
  ...flawedEndings,
]
