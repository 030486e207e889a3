import type { AgentMessage } from '../../ports/index.js'
import type { MessageBusUnderTest } from '../contracts/message-bus-contract.js'
import type { FlawedDouble } from './flawed-double.js'
import * as cases from './flawed-message-buses/case-names.js'
import { PlainMessageBus } from './flawed-message-buses/plain-message-bus.js'
import { failed, type PlainSubscription } from './flawed-message-buses/plain-subscription.js'

type Flaw = (own: PlainMessageBus) => Partial<PlainMessageBus>

function flawed(name: string, breaks: readonly string[], flaw: Flaw): FlawedDouble<MessageBusUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = new PlainMessageBus()
      const bus = Object.assign(own, flaw(own))
      let ids = 0
      const stamp = { newId: () => `message ${++ids}`, now: () => own.clock.now() }
      return { port: { bus, stamp }, advance: async (ms) => own.clock.advance(ms) }
    },
  }
}

/** A flaw of every subscription. */
function each(flaw: (one: PlainSubscription) => Partial<PlainSubscription>): Flaw {
  return (own) => {
    const add = own.add.bind(own)
    return {
      add: (...given) => {
        const one = add(...given) as PlainSubscription
        return Object.assign(one, flaw(one))
      },
    }
  }
}

/** Enough for a refusal, and too few for a case to see that nobody waited. */
async function aFewTurns(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

const flawedDeliveries: readonly FlawedDouble<MessageBusUnderTest>[] = [
  flawed('two stars may stand for nothing', [cases.topics], (own) => {
    const matches = own.matches.bind(own)
    return {
      matches: (levels, given) =>
        matches(levels, given) || (levels.at(-1) === '**' && matches(levels.slice(0, -1), given)),
    }
  }),
  flawed('whoever listens to a topic hears what is for agents too', [cases.addressed], (own) => {
    const fits = own.fits.bind(own)
    const byTopic = (message: AgentMessage) =>
      own.listeners.filter(
        ({ address }) => 'topic' in address && fits(address, { ...message, receiver: { everyone: true } }),
      )
    const receivers = own.receivers.bind(own)
    return { receivers: (message) => [...receivers(message), ...('agent' in message.receiver ? byTopic(message) : [])] }
  }),
  flawed('messages are routed a moment later', [cases.later], (own) => {
    const publish = own.publish.bind(own)
    return { publish: async (message) => publish(await Promise.resolve(message)) }
  }),
  flawed('the second of three comes first', [cases.inOrder, cases.urgent], (own) => {
    const next = own.next.bind(own)
    return { next: (queue, passed) => (queue.length === 3 ? 1 : next(queue, passed)) }
  }),
  flawed('nothing is urgent', [cases.urgent], () => ({ next: () => 0 })),
  flawed('the more urgent always goes first', [cases.noneForEver], (own) => {
    const next = own.next.bind(own)
    return { next: (queue) => next(queue, 0) }
  }),
  flawed('somebody has to be there', [cases.takenIn, cases.later], (own) => {
    const taken = own.taken.bind(own)
    const isAlone = () => own.listeners.length === 0
    return { taken: (outcomes) => (isAlone() ? Promise.reject(failed('bus.nobody')) : taken(outcomes)) }
  }),
  flawed('publishers do not wait', [cases.waits, cases.inOrder], (own) => {
    const taken = own.taken.bind(own)
    return { taken: (outcomes) => Promise.race([taken(outcomes), aFewTurns()]) }
  }),
  flawed('nobody is told of a refusal', [cases.refused], () => ({
    taken: async (outcomes) => void (await Promise.allSettled(outcomes)),
  })),
  flawed(
    'what is dropped is always the newest',
    [cases.drops],
    each(({ options: { queue } }) =>
      queue?.whenFull === 'drop-oldest' ? { options: { queue: { ...queue, whenFull: 'drop-newest' } } } : {},
    ),
  ),
  flawed('nothing expires', [cases.expired, cases.notAnswered], () => ({ isExpired: () => false })),
]

const flawedSubscriptions: readonly FlawedDouble<MessageBusUnderTest>[] = [
  flawed(
    'what waits is handled after the end',
    [cases.disposed],
    each((one) => ({
      [Symbol.dispose]: () => {
        one.isLive = false
      },
    })),
  ),
  flawed(
    'failures are not counted',
    [cases.harmless],
    each((one) => {
      const handle = one.handle.bind(one)
      return {
        handle: async (item) => {
          await handle(item)
          one.failed = 0
        },
      }
    }),
  ),
  flawed(
    'one is handled after the other, always',
    [cases.atOnce],
    each(() => ({ concurrency: () => 1 })),
  ),
  flawed(
    'a filter that throws lets all pass',
    [cases.filtered],
    each(({ options }) => ({
      passes: (message: AgentMessage) => {
        try {
          return options.filter?.(message) ?? true
        } catch {
          return true
        }
      },
    })),
  ),
  flawed('groups are not looked at', [cases.grouped], () => ({ groupOf: () => undefined })),
  flawed('signals are not looked at', [cases.signalled], () => ({ signalled: () => {} })),
  flawed(
    'policies are not looked at',
    [cases.policies],
    each(({ options }) => ({ options: { ...options, policy: undefined } })),
  ),
]

const flawedAnswers: readonly FlawedDouble<MessageBusUnderTest>[] = [
  flawed('only the first is asked', [cases.answered, cases.askedAll], (own) => {
    const asked = own.asked.bind(own)
    return { asked: (message) => asked(message).slice(0, 1) }
  }),
  flawed('whoever listens responds', [cases.nobody], (own) => ({
    asked: (message) =>
      [...own.responders, ...own.listeners].filter((one) => one.isLive && own.fits(one.address, message)),
  })),
  flawed('there is no end to a request', [cases.timedOut], (own) => {
    const ask = own.ask.bind(own)
    return { ask: (one, message, { signal }) => ask(one, message, { signal }) }
  }),
  flawed('a reason is forgotten', [cases.cancelled], () => ({ cancelled: () => failed('bus.cancelled') })),
  flawed(
    'a failure becomes another one',
    [cases.ownFailure],
    each((one) => {
      const handle = one.handle.bind(one)
      return { handle: (item) => handle({ ...item, refuse: () => item.refuse?.(failed('bus.expired')) }) }
    }),
  ),
  flawed(
    'what nobody waits for is begun',
    [cases.notBegun],
    each(() => ({ isOver: () => false })),
  ),
  flawed('no responder learns that nobody waits', [cases.notBegun], () => ({ tell: () => {} })),
]

const flawedEndings: readonly FlawedDouble<MessageBusUnderTest>[] = [
  flawed('a bus that is closed goes on', [cases.closed], () => ({ isClosed: () => false })),
  flawed('close waits for nothing', [cases.drained, cases.inTime], () => ({ end: async () => {} })),
  flawed('close waits for ever', [cases.inTime], (own) => {
    const end = own.end.bind(own)
    return { end: () => end(Number.POSITIVE_INFINITY) }
  }),
  flawed('close begins anew', [cases.closedTwice], (own) => ({
    close: (options) => {
      own.closing = own.end(options?.drainMs ?? 0)
      return own.closing
    },
  })),
]

/** Buses with one flaw each: the contract has to find every one of them. */
export const flawedMessageBuses: readonly FlawedDouble<MessageBusUnderTest>[] = [
  ...flawedDeliveries,
  ...flawedSubscriptions,
  ...flawedAnswers,
  ...flawedEndings,
]
