import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent as defineAgent, createOrchestrator } from '../../index.js'
import {
  type AgentMessage,
  type AgentProtocol,
  type CallContext,
  Failure,
  fail,
  isFailure,
  reply,
} from '../../ports/index.js'
import { adapt } from './adapt.js'

const Text = z.object({ text: z.string() })
const contract = { input: z.object({ text: z.string().default('nothing') }), output: Text }

type Answer = (message: AgentMessage, call: CallContext) => AgentMessage | Promise<AgentMessage>

function translator(answer: Answer): AgentProtocol {
  return {
    name: 'translator',
    capabilities: () => ({ operations: { translate: { description: 'Translates a text.' } } }),
    process: answer,
  }
}

const bracketing = translator((message, call) => {
  const { text } = message.payload as { text: string }
  return reply(message, { text: `[${text}]` }, call)
})

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const caught = await work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
  expect(caught).toSatisfy((error) => isFailure(error))
  return caught as Failure
}

describe('adapt', () => {
  it('gives typed operations to an agent of the host’s own making', async () => {
    const typed = adapt(bracketing, { translate: contract })
    expect(typed.translate).toMatchObject({ agent: 'translator', name: 'translate' })
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(await orchestrator.ask(typed.translate, { text: 'hallo' })).toEqual({ text: '[hallo]' })
  })

  it('hands the agent the input as its schema makes it, and leaves the message as it was', async () => {
    const seen: AgentMessage[] = []
    const typed = adapt(
      translator((message, call) => {
        seen.push(message, call.message)
        return reply(message, message.payload, call)
      }),
      { translate: contract },
    )
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(await orchestrator.ask(typed.translate, {})).toEqual({ text: 'nothing' })
    expect(seen).toMatchObject([{ payload: { text: 'nothing' } }, { payload: {} }])
  })

  it('holds what goes in and comes out to the contract', async () => {
    const typed = adapt(
      translator((message, call) => reply(message, { txt: 5 }, call)),
      { translate: contract },
    )
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    const wrongInput = await failureOf(orchestrator.ask(typed.translate, { text: 5 } as never))
    expect(wrongInput).toMatchObject({
      code: 'agent.invalid_input',
      message: expect.stringContaining('translator.translate'),
    })
    const wrongOutput = await failureOf(orchestrator.ask(typed.translate, { text: 'hallo' }))
    expect(wrongOutput).toMatchObject({ code: 'agent.invalid_output', details: { issues: [{ path: 'text' }] } })
  })

  it('rejects with the failure that the agent answered with', async () => {
    const failure = new Failure({ code: 'own.trouble', message: 'm', remedy: 'r', retryable: true, details: {} })
    const typed = adapt(
      translator((message, call) => fail(message, failure, call)),
      { translate: contract },
    )
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(await failureOf(orchestrator.ask(typed.translate, {}))).toBe(failure)
  })

  it.each<[string, Answer]>([
    ['is nothing', () => undefined as never],
    ['is a request', (message, call) => ({ ...reply(message, { text: '' }, call), type: 'request' })],
    ['answers another message', (message, call) => ({ ...reply(message, { text: '' }, call), correlationId: 'other' })],
  ])('does not take for an answer what %s', async (_, answer) => {
    const typed = adapt(translator(answer), { translate: contract })
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(await failureOf(orchestrator.ask(typed.translate, {}))).toMatchObject({ code: 'agent.invalid_reply' })
  })

  it('tells the agent’s own descriptions, and the contract as JSON Schema', async () => {
    const typed = adapt(bracketing, { translate: contract })
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(orchestrator.capabilities()).toMatchObject({
      translator: {
        operations: {
          translate: { description: 'Translates a text.', input: { jsonSchema: { type: 'object' } }, output: {} },
        },
      },
    })
  })

  it('refuses reserved names', () => {
    const contracts = { process: contract } as object as Record<string, typeof contract>
    expect(() => adapt(bracketing, contracts)).toThrow('cannot have an operation called process')
  })

  it('refuses a contract without schemas where it is defined', () => {
    expect(() => adapt(bracketing, { translate: {} } as never)).toThrow('no schema')
  })

  it('asks an adapted agent how it is', async () => {
    const typed = adapt({ ...bracketing, health: () => ({ ok: false, reason: 'tired' }) }, { translate: contract })
    await using orchestrator = await createOrchestrator({ agents: [typed] })
    expect(await orchestrator.health()).toMatchObject({
      ok: false,
      agents: { translator: { ok: false, reason: 'tired' } },
    })
  })

  it('serves in another agent too, as any operation does', async () => {
    const typed = adapt(bracketing, { translate: contract })
    const crow = defineAgent('crow', { croak: typed.translate })
    await using orchestrator = await createOrchestrator({ agents: [crow] })
    expect(await orchestrator.ask(crow.croak, { text: 'a' })).toEqual({ text: '[a]' })
  })
})
