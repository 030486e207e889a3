import { type AgentMessage, type AgentProtocol, agent, createMessage, operation, topic } from '@baton/core'
import { createTestOrchestrator } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const done: string[] = []

/** An agent of the host's own making, which answers with its name. */
function own(name: string, groups: readonly string[] = []): AgentProtocol {
  return {
    name,
    groups,
    capabilities: () => ({ operations: { note: {} } }),
    process: (message, { newId, now }) => {
      done.push(`${name} ${message.payload as string}`)
      return createMessage(
        {
          type: 'response',
          sender: name,
          receiver: { agent: message.sender },
          operation: message.operation,
          payload: name,
          correlationId: message.correlationId,
        },
        { newId, now },
      )
    },
  }
}

const note = operation({
  input: z.string(),
  output: z.string(),
  run: (text) => {
    if (text === 'break') throw new RangeError('broken')
    done.push(`typed ${text}`)
    return 'typed'
  },
})
const typed = agent('typed', { note }, { groups: ['writers'] })

async function open() {
  done.length = 0
  const orchestrator = await createTestOrchestrator({ agents: [typed, own('plain', ['writers']), own('alone')] })
  let ids = 0
  const stamp = { newId: () => `own ${++ids}`, now: () => orchestrator.clock.now() }
  const message = (receiver: AgentMessage['receiver'], payload: string) =>
    createMessage({ type: 'event', sender: 'a-host', receiver, operation: 'note', payload }, stamp)
  const settled = () => orchestrator.advance(0)
  return { orchestrator, message, settled }
}

test('a message for an agent arrives at its process, whether it is typed or of the host', async () => {
  const { orchestrator, message, settled } = await open()
  await using _ = orchestrator
  for (const name of ['typed', 'plain', 'alone']) await orchestrator.bus.publish(message({ agent: name }, 'hello'))
  await settled()
  expect(done.toSorted()).toEqual(['alone hello', 'plain hello', 'typed hello'])
})

test('a message for a group arrives at one of its members, in turn', async () => {
  const { orchestrator, message, settled } = await open()
  await using _ = orchestrator
  for (const text of ['one', 'two', 'three', 'four'])
    await orchestrator.bus.publish(message({ group: 'writers' }, text))
  await settled()
  expect(done.toSorted()).toEqual(['plain four', 'plain two', 'typed one', 'typed three'])
})

test('a message for everyone arrives at all who have its operation, and at those who listen', async () => {
  const { orchestrator, message, settled } = await open()
  await using _ = orchestrator
  orchestrator.bus.subscribe(topic('note', z.string()), (text) => done.push(`listener ${text}`))
  await orchestrator.bus.publish(message({ everyone: true }, 'all'))
  await settled()
  expect(done.toSorted()).toEqual(['alone all', 'listener all', 'plain all', 'typed all'])
})

test('an agent that fails makes a dead letter, which can be handled once more', async () => {
  const { orchestrator, message, settled } = await open()
  await using _ = orchestrator
  const { deadLetters } = orchestrator.bus
  await orchestrator.bus.publish(message({ agent: 'typed' }, 'break'))
  await settled()
  expect(deadLetters.list).toMatchObject([{ reason: 'failed', subscription: 'typed' }])
  expect(deadLetters.redrive()).toBe(1)
  await settled()
  expect(deadLetters.counts).toEqual({ failed: 2 })
})

test('a message sent to a group is answered by one member', async () => {
  const { orchestrator, message } = await open()
  await using _ = orchestrator
  const answers = []
  for (const text of ['one', 'two', 'three']) {
    const request = { ...message({ group: 'writers' }, text), type: 'request' as const }
    answers.push(await orchestrator.send(request))
  }
  expect(answers.map(({ type }) => type)).toEqual(['response', 'response', 'response'])
  expect(answers.every(({ payload }) => ['typed', 'plain'].includes(payload as string))).toBe(true)
})

test('what the bus took in still arrives when the orchestrator closes, and nothing afterwards', async () => {
  const { orchestrator, message } = await open()
  void orchestrator.bus.publish(message({ agent: 'plain' }, 'last'))
  await orchestrator.close()
  expect(done).toEqual(['plain last'])
  await expect(orchestrator.bus.publish(message({ agent: 'plain' }, 'late'))).rejects.toMatchObject({
    code: 'bus.closed',
  })
})
