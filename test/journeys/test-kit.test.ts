import { agent, isFailure, need, operation } from '@baton/core'
import { createTestOrchestrator, fails, real, stub } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Text = z.object({ text: z.string() })

const model = agent('model', {
  complete: operation({
    needs: { key: need<string>() },
    input: z.object({ prompt: z.string(), tokens: z.number().default(100) }),
    output: Text,
    run: ({ prompt }, { key }) => ({ text: `${key}: ${prompt}` }),
  }),
})
const critic = agent('critic', {
  polish: operation({ input: Text, output: Text, run: ({ text }) => ({ text: text.toUpperCase() }) }),
})
const writer = agent('writer', {
  draft: operation({
    input: z.object({ topic: z.string(), attempts: z.number().default(3) }),
    output: Text,
    async run({ topic, attempts }, { ask, log }) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await ask(critic.polish, await ask(model.complete, { prompt: topic }))
        } catch (error) {
          if (attempt === attempts || !isFailure(error) || !error.retryable) throw error
          log.warn({ attempt }, 'once more')
        }
      }
    },
  }),
})
const agents = [writer, critic, model] as const

test('a stub answers in place of an agent, and what it needs may be left out', async () => {
  await using t = await createTestOrchestrator({
    agents,
    stubs: [stub(model.complete, { text: 'otters' }), real(critic.polish)],
  })
  expect(await t.ask(writer.draft, { topic: 'sea' })).toEqual({ text: 'OTTERS' })
  expect(t.calls(model.complete)).toMatchObject([{ input: { prompt: 'sea' }, output: { text: 'otters' }, attempt: 1 }])
  expect(t.calls(critic.polish)).toHaveLength(1)
})

test('failures are answers too: an agent that tries again is seen to', async () => {
  const stubs = [
    stub(model.complete, fails('model.rate_limited'), fails('model.rate_limited'), { text: 'otters' }),
    stub(critic.polish, ({ text }) => ({ text: `${text}!` })),
  ]
  await using t = await createTestOrchestrator({ agents, stubs, settings: { resilience: { maxRetries: 0 } } })
  expect(await t.ask(writer.draft, { topic: 'sea' })).toEqual({ text: 'otters!' })
  const calls = t.calls(model.complete)
  expect(calls.map(({ failure }) => isFailure(failure) && failure.code)).toEqual([
    'model.rate_limited',
    'model.rate_limited',
    false,
  ])
  expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3)
  expect(t.logs.map(({ level, message, fields }) => [level, message, fields])).toEqual([
    ['warn', 'once more', expect.objectContaining({ attempt: 1, agent: 'writer', operation: 'draft' })],
    ['warn', 'once more', expect.objectContaining({ attempt: 2 })],
  ])
})

test('the usual policy tries again by itself, and each try is seen', async () => {
  const stubs = [
    stub(model.complete, fails('model.rate_limited'), fails('model.rate_limited'), { text: 'otters' }),
    stub(critic.polish, ({ text }) => ({ text: `${text}!` })),
  ]
  await using t = await createTestOrchestrator({ agents, stubs })
  expect(await t.ask(writer.draft, { topic: 'sea' })).toEqual({ text: 'otters!' })
  const calls = t.calls(model.complete)
  expect(calls.map(({ attempt, failure }) => [attempt, isFailure(failure) && failure.code])).toEqual([
    [1, 'model.rate_limited'],
    [2, 'model.rate_limited'],
    [3, false],
  ])
  expect(calls[2]?.output).toEqual({ text: 'otters' })
  expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
})

test('a failure that is not worth a retry is passed on', async () => {
  const stubs = [stub(model.complete, fails('model.refused', { retryable: false, details: { why: 'rude' } }))]
  await using t = await createTestOrchestrator({ agents, stubs })
  const asked = t.ask(writer.draft, { topic: 'sea' })
  await expect(asked).rejects.toMatchObject({ code: 'model.refused', details: { why: 'rude' } })
})

test('a function answers by the input, and goes on for ever when it comes last', async () => {
  const stubs = [stub(critic.polish, { text: 'first' }, ({ text }) => ({ text: text.repeat(2) }))]
  await using t = await createTestOrchestrator({ agents, stubs })
  const answers = ['a', 'b', 'c'].map((text) => t.ask(critic.polish, { text }))
  expect(await Promise.all(answers)).toEqual([{ text: 'first' }, { text: 'bb' }, { text: 'cc' }])
})

test('what a stub answers is held to the operation’s schema, and so is what it is asked', async () => {
  const stubs = [stub(critic.polish, { text: 5 } as never, { text: '' })]
  await using t = await createTestOrchestrator({ agents, stubs })
  await expect(t.ask(critic.polish, { text: '' })).rejects.toMatchObject({ code: 'agent.invalid_output' })
  await expect(t.ask(critic.polish, {} as never)).rejects.toMatchObject({ code: 'agent.invalid_input' })
  await t.ask(critic.polish, { text: '' })
})

test('a stub gets the input as the schema makes it; calls are kept as they were made', async () => {
  const inputs: unknown[] = []
  const answer = (input: unknown) => ({ text: String(inputs.push(input)) })
  await using t = await createTestOrchestrator({ agents, stubs: [stub(model.complete, answer)] })
  await t.ask(model.complete, { prompt: 'p' })
  expect(inputs).toEqual([{ prompt: 'p', tokens: 100 }])
  expect(t.calls(model.complete)[0]?.input).toEqual({ prompt: 'p' })
})

test('answers that were not used fail the test', async () => {
  const stubs = [stub(model.complete, { text: 'a' }, { text: 'b' }), stub(critic.polish, { text: 'c' })]
  const t = await createTestOrchestrator({ agents, stubs })
  await t.ask(model.complete, { prompt: 'p' })
  await expect(t.close()).rejects.toMatchObject({
    code: 'testing.unmet',
    details: {
      unmet: [
        'model.complete was called 1 time(s): 1 answer(s) of its stub were not used.',
        'critic.polish was called 0 time(s): 1 answer(s) of its stub were not used.',
      ],
    },
  })
})

test('calls that nobody expected fail the test, also when the agent swallows the failure', async () => {
  const stubs = [stub(model.complete, { text: 'a' })]
  const t = await createTestOrchestrator({ agents, stubs })
  await expect(t.ask(writer.draft, { topic: 'sea' })).rejects.toMatchObject({ code: 'testing.not_stubbed' })
  await expect(t.ask(model.complete, { prompt: 'p' })).rejects.toMatchObject({ code: 'testing.unexpected_call' })
  await expect(t.close()).rejects.toThrow(
    /model\.complete was called.*critic\.polish was asked for|critic\.polish.*model\./,
  )
})

test('`await using` fails the test too', async () => {
  const forgetful = async () => {
    await using t = await createTestOrchestrator({ agents, stubs: [stub(model.complete, { text: 'a' })] })
    return t.elapsedMs()
  }
  await expect(forgetful()).rejects.toMatchObject({ code: 'testing.unmet' })
})

test('what runs for real and needs what the test does not provide says so', async () => {
  await using t = await createTestOrchestrator({ agents })
  await expect(t.ask(model.complete, { prompt: 'p' })).rejects.toThrow('The test provides no key.')
})

test('what the test provides is used', async () => {
  await using t = await createTestOrchestrator({ agents, provide: { key: 'k1' } })
  expect(await t.ask(writer.draft, { topic: 'sea' })).toEqual({ text: 'K1: SEA' })
})

test('events are kept in order, and identifiers count up', async () => {
  await using t = await createTestOrchestrator({ agents, stubs: [stub(critic.polish, { text: '' })] })
  await t.ask(critic.polish, { text: 'a' })
  expect(t.events.map(({ type }) => type)).toEqual(['orchestrator.started', 'call.started', 'call.finished'])
  expect(t.calls(critic.polish)[0]?.message.id).toBe('id-1')
})
