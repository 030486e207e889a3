import {
  type AgentMessage,
  type AgentProtocol,
  adapt,
  agent,
  type CallContext,
  createMessage,
  createOrchestrator,
  decodeMessage,
  encodeMessage,
  isFailure,
  operation,
  reply,
} from '@baton/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Text = z.object({ text: z.string() })

/** A class that was there before Baton. */
class Translator implements AgentProtocol {
  readonly name = 'translator'
  readonly #words = new Map([['Otter', 'otter']])

  capabilities() {
    return { operations: { translate: { description: 'Translates German words.' } } }
  }

  async process(message: AgentMessage, call: CallContext) {
    const { text } = message.payload as { text: string }
    const word = this.#words.get(text)
    if (word === undefined) throw new RangeError(`no word for ${text}`)
    return reply(message, { text: word }, call)
  }

  health() {
    return { ok: this.#words.size > 0 }
  }
}

const translator = adapt(new Translator(), { translate: { input: Text, output: Text } })
const writer = agent('writer', {
  draft: operation({
    input: Text,
    output: Text,
    run: async ({ text }, { ask }) => ({ text: `About the ${(await ask(translator.translate, { text })).text}.` }),
  }),
})

test('a typed agent asks a hand-written one, which was given a contract', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, translator] })
  expect(await orchestrator.ask(writer.draft, { text: 'Otter' })).toEqual({ text: 'About the otter.' })
})

test('what a hand-written agent throws reaches the host through the typed one, with its cause', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, translator] })
  const asked = orchestrator.ask(writer.draft, { text: 'Biber' })
  await expect(asked).rejects.toThrow('translator.translate failed: RangeError: no word for Biber.')
  await expect(asked).rejects.toMatchObject({ code: 'agent.failed', cause: { message: 'no word for Biber' } })
})

test('a hand-written agent is reached by message as it is, from another process too', async () => {
  await using orchestrator = await createOrchestrator({ agents: [new Translator()] })
  let count = 0
  const request = createMessage(
    { sender: 'elsewhere', receiver: { agent: 'translator' }, operation: 'translate', payload: { text: 'Otter' } },
    { newId: () => `elsewhere-${++count}`, now: () => Date.UTC(2026, 0, 1) },
  )
  expect((await orchestrator.send(request)).payload).toEqual({ text: 'otter' })
  const answer = decodeMessage(await orchestrator.receive(encodeMessage(request)))
  expect(answer).toMatchObject({ type: 'response', payload: { text: 'otter' }, correlationId: 'elsewhere-1' })
})

test('the host sees what all of them can do, and how they are', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, new Translator()] })
  expect(orchestrator.capabilities()).toMatchObject({
    writer: { operations: { draft: { input: { jsonSchema: { type: 'object' } } } } },
    translator: { operations: { translate: { description: 'Translates German words.' } } },
  })
  expect(await orchestrator.health()).toMatchObject({ ok: true, agents: { translator: { ok: true } } })
})

test('the host follows a request through its agents by the correlation id', async () => {
  await using orchestrator = await createOrchestrator({ agents: [writer, translator] })
  const path: string[] = []
  const correlations = new Set<string>()
  using _ = orchestrator.on('call.finished', ({ message, outcome }) => {
    correlations.add(message.correlationId)
    path.push(`${'  '.repeat(message.depth)}${message.operation} ${outcome}`)
  })
  await orchestrator.ask(writer.draft, { text: 'Otter' }, { tenant: 'acme' })
  expect(path).toEqual(['  translate succeeded', 'draft succeeded'])
  expect(correlations.size).toBe(1)
})

test('a host that shuts down lets what is under way end, and takes nothing new', async () => {
  const gate = Promise.withResolvers<void>()
  const slow = agent('slow', {
    work: operation({ input: Text, output: Text, run: (input) => gate.promise.then(() => input) }),
  })
  const orchestrator = await createOrchestrator({ agents: [slow] })
  const underWay = orchestrator.ask(slow.work, { text: 'first' })
  const closing = orchestrator.close()
  await expect(orchestrator.ask(slow.work, { text: 'second' })).rejects.toSatisfy((error) =>
    isFailure(error, 'dispatch.closed'),
  )
  gate.resolve()
  expect(await underWay).toEqual({ text: 'first' })
  await closing
})
