import { type AgentMessage, type AgentProtocol, type CallContext, reply } from '../../../ports/index.js'
import type { AgentUnderTest } from '../../contracts/agent-protocol-contract.js'
import { requestFor } from '../../contracts/call-for.js'
import { someTurns } from '../../contracts/turns.js'
import type { FlawedDouble } from '../flawed-double.js'
import { ScriptedAgent } from '../scripted-agent.js'

type Flaw = (sound: AgentProtocol) => Partial<AgentProtocol>

const unfit = new RangeError('the payload does not fit')

function sound(): AgentProtocol {
  const work = (payload: unknown) => {
    if (typeof (payload as { readonly text?: unknown }).text !== 'string') throw unfit
    return { done: true }
  }
  return new ScriptedAgent('an-agent', { work: [work] })
}

function flawed(name: string, breaks: readonly string[], flaw: Flaw): FlawedDouble<AgentUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = sound()
      const agent: AgentProtocol = {
        name: own.name,
        capabilities: () => own.capabilities(),
        process: (message, call) => own.process(message, call),
      }
      const port = {
        agent: Object.defineProperties(agent, Object.getOwnPropertyDescriptors(flaw(own))),
        request: requestFor({ payload: { text: 'some' } }),
        broken: requestFor({ payload: { text: 7 } }),
      }
      return { port, advance: async () => {} }
    },
  }
}

type Process = (message: AgentMessage, call: CallContext) => Promise<AgentMessage>

function processing(change: (work: Process) => Process): Flaw {
  return (own) => ({ process: change(async (message, call) => own.process(message, call)) })
}

/** Agents with one flaw each: the contract has to find every one of them. */
export const flawedAgents: readonly FlawedDouble<AgentUnderTest>[] = [
  flawed('its name is empty', ['the name is an identifier and stays the same'], () => ({ name: '' })),
  flawed('its name changes', ['the name is an identifier and stays the same'], () => {
    let asked = 0
    return {
      get name() {
        return `agent ${++asked}`
      },
    }
  }),
  flawed('it tells of no operations', ['the capabilities name the operations'], () => ({
    capabilities: () => ({ operations: {} }),
  })),
  flawed(
    'it describes a contract neither by a schema nor by a reason',
    ['each contract is described as a JSON Schema, or why it is not'],
    () => ({ capabilities: () => ({ operations: { work: { input: { because: '' } } } }) }),
  ),
  flawed(
    'its capabilities tell how often it was asked',
    ['the capabilities are the same however often they are asked for, also between calls'],
    () => {
      let asked = 0
      return { capabilities: () => ({ operations: { work: { description: `asked ${++asked} times` } } }) }
    },
  ),
  flawed('its health is a text', ['health, where there is one, tells whether it could work'], () => ({
    health: () => 'well' as never,
  })),
  flawed(
    'it answers under the id of the request',
    ['a request is answered with a response under its correlation id'],
    processing((work) => async (message, call) => ({ ...(await work(message, call)), correlationId: message.id })),
  ),
  flawed(
    'it does one work, whatever the operation',
    ['an unknown operation fails, thrown or as an answer'],
    processing((work) => (message, call) => work({ ...message, operation: 'work' }, call)),
  ),
  flawed(
    'it takes any payload',
    ['a payload that does not fit fails, thrown or as an answer'],
    processing((work) => (message, call) => work({ ...message, payload: { text: '' } }, call)),
  ),
  flawed(
    'it writes into the message',
    ['the message is left as it is'],
    processing((work) => (message, call) => {
      Object.assign(message.payload as object, { seen: true })
      return work(message, call)
    }),
  ),
  flawed(
    'it remembers only the last request',
    ['many calls are answered at once, each under its own correlation id'],
    processing((work) => {
      let last: AgentMessage
      return async (message, call) => {
        last = message
        const { payload } = await work(message, call)
        await someTurns()
        return reply(last, payload, call)
      }
    }),
  ),
  flawed(
    'it does nothing twice',
    ['the same message is answered when it comes again'],
    processing((work) => {
      const done = new Set<string>()
      return async (message, call) => {
        if (message.idempotencyKey !== undefined && done.has(message.idempotencyKey)) throw unfit
        done.add(message.idempotencyKey ?? message.id)
        return work(message, call)
      }
    }),
  ),
  flawed(
    'it stops for good when one call is dropped',
    ['a call that nobody waits for any more harms no other'],
    processing((work) => {
      let isOver = false
      return async (message, call) => {
        isOver ||= call.signal.aborted
        call.signal.addEventListener('abort', () => {
          isOver = true
        })
        if (isOver) throw unfit
        return work(message, call)
      }
    }),
  ),
]
