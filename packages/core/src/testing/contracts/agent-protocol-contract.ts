import assert from 'node:assert/strict'
import { type AgentMessage, type AgentProtocol, isIdentifier } from '../../ports/index.js'
import type { Contract, ContractCase } from '../contract.js'
import { callFor } from './call-for.js'
import { someTurns } from './turns.js'

/** An agent, and what it can be asked. */
export interface AgentUnderTest {
  readonly agent: AgentProtocol
  /** A request that it answers well, however often it comes. */
  readonly request: AgentMessage
  /** A request of the same operation whose payload does not fit. An agent that takes any payload skips that case. */
  readonly broken?: AgentMessage | undefined
}

const describing: readonly ContractCase<AgentUnderTest>[] = [
  {
    name: 'the name is an identifier and stays the same',
    run: async ({ port: { agent, request } }) => {
      const { name } = agent
      assert.equal(isIdentifier(name), true)
      await answerOf(agent, request)
      assert.equal(agent.name, name)
    },
  },
  {
    name: 'the capabilities name the operations',
    run: async ({ port: { agent, request } }) => {
      assert.equal(Object.hasOwn(agent.capabilities().operations, request.operation), true)
    },
  },
  {
    name: 'each contract is described as a JSON Schema, or why it is not',
    run: async ({ port: { agent } }) => {
      for (const { description, input, output } of Object.values(agent.capabilities().operations)) {
        if (description !== undefined) assert.equal(typeof description, 'string')
        for (const described of [input, output]) {
          if (described === undefined) continue
          if (described.jsonSchema === undefined) assert.match(described.because, /\S/)
          else assert.deepEqual(JSON.parse(JSON.stringify(described.jsonSchema)), described.jsonSchema)
        }
      }
    },
  },
  {
    name: 'the capabilities are the same however often they are asked for, also between calls',
    run: async ({ port: { agent, request } }) => {
      const first = JSON.stringify(agent.capabilities())
      await answerOf(agent, request)
      for (let time = 0; time < 1_000; time++) assert.equal(JSON.stringify(agent.capabilities()), first)
    },
  },
  {
    name: 'health, where there is one, tells whether it could work',
    run: async ({ port: { agent } }) => {
      const { signal } = new AbortController()
      const health = await agent.health?.({ signal })
      if (health === undefined) return
      assert.equal(typeof health.ok, 'boolean')
      assert.equal(['string', 'undefined'].includes(typeof health.reason), true)
    },
  },
]

const answering: readonly ContractCase<AgentUnderTest>[] = [
  {
    name: 'a request is answered with a response under its correlation id',
    run: async ({ port: { agent, request } }) => {
      const { type, correlationId, id } = await answerOf(agent, { ...request, correlationId: 'of this case' })
      assert.deepEqual({ type, correlationId }, { type: 'response', correlationId: 'of this case' })
      assert.equal(isIdentifier(id) && id !== request.id, true)
    },
  },
  {
    name: 'an unknown operation fails, thrown or as an answer',
    run: async ({ port: { agent, request } }) => {
      await failsFor(agent, { ...request, operation: 'an operation that no agent has' })
      await failsFor(agent, { ...request, operation: 'constructor' })
    },
  },
  {
    name: 'a payload that does not fit fails, thrown or as an answer',
    run: async ({ port: { agent, broken } }) => {
      assert(broken, 'open() gives no broken request')
      await failsFor(agent, broken)
    },
  },
  {
    name: 'the message is left as it is',
    run: async ({ port: { agent, request } }) => {
      const before = structuredClone(request)
      await answerOf(agent, request)
      assert.deepEqual(request, before)
    },
  },
  {
    name: 'many calls are answered at once, each under its own correlation id',
    run: async ({ port: { agent, request } }) => {
      const ids = Array.from({ length: 50 }, (_, index) => `call ${index}`)
      const answers = await Promise.all(ids.map((id) => answerOf(agent, { ...request, id, correlationId: id })))
      assert.deepEqual(
        answers.map(({ correlationId }) => correlationId),
        ids,
      )
    },
  },
  {
    name: 'the same message is answered when it comes again',
    run: async ({ port: { agent, request } }) => {
      for (const attempt of [1, 2, 2]) {
        const { type } = await answerOf(agent, { ...request, idempotencyKey: 'the same', attempt })
        assert.equal(type, 'response')
      }
    },
  },
  {
    name: 'a call that nobody waits for any more harms no other',
    run: async ({ port: { agent, request } }) => {
      const controller = new AbortController()
      const dropped = [controller.signal, AbortSignal.abort('nobody waits')].map(async (signal) => {
        await answerOf(agent, request, signal)
      })
      const other = answerOf(agent, { ...request, id: 'other', correlationId: 'other' })
      controller.abort('nobody waits')
      // Answering it, failing it and never ending it are all allowed.
      void Promise.allSettled(dropped)
      assert.equal((await other).correlationId, 'other')
      await someTurns()
      assert.equal((await answerOf(agent, request)).type, 'response')
    },
  },
]

/** What an agent promises: one case for each promise of the protocol's prose that can be seen from outside. */
export const agentProtocolContract: Contract<AgentUnderTest> = {
  port: 'AgentProtocol',
  cases: [...describing, ...answering],
}

async function answerOf(agent: AgentProtocol, message: AgentMessage, signal?: AbortSignal): Promise<AgentMessage> {
  return agent.process(message, callFor(message, signal))
}

async function failsFor(agent: AgentProtocol, message: AgentMessage): Promise<void> {
  let answer: AgentMessage
  try {
    answer = await answerOf(agent, message)
  } catch {
    return
  }
  const { type, correlationId } = answer
  assert.deepEqual({ type, correlationId }, { type: 'error', correlationId: message.correlationId })
}
