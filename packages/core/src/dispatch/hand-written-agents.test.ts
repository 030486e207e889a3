import { describe, expect, it } from 'vitest'
import {
  type AgentMessage,
  type AgentProtocol,
  type CallContext,
  createOrchestrator,
  Failure,
  fail,
  type Interceptor,
  isFailure,
  type Operation,
  reply,
} from '../index.js'

type Process = AgentProtocol['process']

const passing: Interceptor = { name: 'passing', intercept: (message, _call, next) => next(message) }

function legacy(process: Process, name = 'legacy'): AgentProtocol {
  return { name, capabilities: () => ({ operations: { work: {} } }), process }
}

/** An operation of an agent that has no contract: what asks for it by name. */
const work = { agent: 'legacy', name: 'work', contract: {}, needs: {} } as unknown as Operation<unknown>

const trouble = new Failure({ code: 'own.trouble', message: 'm', remedy: 'r', retryable: true, details: {} })

describe.each([
  ['without interceptors', []],
  ['with an interceptor', [passing]],
])('a hand-written agent %s', (_, interceptors) => {
  const ask = async (process: Process, input: unknown = 1): Promise<unknown> => {
    await using orchestrator = await createOrchestrator({ agents: [legacy(process)], interceptors })
    return await orchestrator.ask(work, input)
  }
  const failureOf = (process: Process): Promise<Failure> =>
    ask(process).then(
      () => expect.unreachable(),
      (error: unknown) => (isFailure(error) ? error : expect.unreachable()),
    )

  it.each<[string, Process]>([
    ['returns its answer', (message, call) => reply(message, { got: message.payload }, call)],
    ['returns a promise of its answer', async (message, call) => reply(message, { got: message.payload }, call)],
  ])('%s', async (_how, process) => {
    expect(await ask(process, { a: 1 })).toEqual({ got: { a: 1 } })
  })

  it('is an object with methods that know their `this`', async () => {
    class Counter implements AgentProtocol {
      readonly name = 'legacy'
      #count = 0
      capabilities() {
        return { operations: {} }
      }
      process(message: AgentMessage, call: CallContext) {
        return reply(message, ++this.#count, call)
      }
    }
    await using orchestrator = await createOrchestrator({ agents: [new Counter()], interceptors })
    await orchestrator.ask(work, 1)
    expect(await orchestrator.ask(work, 1)).toBe(2)
  })

  it('gets the very message and payload that were sent', async () => {
    const input = { a: [1] }
    const process: Process = (message, call) => reply(message, message === call.message && message.payload, call)
    expect(await ask(process, input)).toBe(input)
  })

  it.each<[string, Process]>([
    [
      'throws',
      () => {
        throw trouble
      },
    ],
    [
      'rejects with',
      async () => {
        throw trouble
      },
    ],
    ['answers with', (message, call) => fail(message, trouble, call)],
  ])('fails with the failure that it %s', async (_how, process) => {
    expect(await failureOf(process)).toBe(trouble)
  })

  it.each<[string, Process, unknown]>([
    ['an error', (message, call) => fail(message, new RangeError('odd'), call), 'RangeError: odd'],
    ['a plain object', (message, call) => fail(message, { code: 'x' }, call), 'an object'],
    ['a text', (message, call) => fail(message, 'no luck', call), '"no luck"'],
    ['nothing', (message, call) => fail(message, undefined, call), 'undefined'],
  ])('fails with agent.failed when it answers with %s as the error', async (_what, process, shown) => {
    expect(await failureOf(process)).toMatchObject({ code: 'agent.failed', details: { error: shown } })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an error', new Error('thrown')],
    ['a text', 'thrown'],
  ])('fails with agent.failed when it throws %s, which is the cause', async (_what, thrown) => {
    const failure = await failureOf(() => {
      throw thrown
    })
    expect(failure.code).toBe('agent.failed')
    expect(failure.cause).toBe(thrown)
  })

  it.each<[string, Process, string]>([
    ['nothing', () => undefined as never, 'it is undefined'],
    ['null', async () => null as never, 'it is null'],
    ['the output itself', () => 'out' as never, 'it is "out"'],
    ['an object', () => ({}) as never, "its type is undefined, not 'response' or 'error'"],
    ['the message itself', (message) => message, `its type is "request", not 'response' or 'error'`],
    [
      'the answer to another message',
      (message, call) => reply({ ...message, correlationId: 'other' }, 1, call),
      'it answers another correlation id',
    ],
  ])('fails with agent.invalid_reply when it answers with %s', async (_what, process, because) => {
    const failure = await failureOf(process)
    expect(failure).toMatchObject({ code: 'agent.invalid_reply', retryable: false })
    expect(failure.message).toBe(
      `What legacy answered to work is not an answer: ${because}. ` +
        'Answer with reply(message, payload, call) or fail(message, failure, call).',
    )
  })
})

describe('the agents of an orchestrator', () => {
  const echo: Process = (message, call) => reply(message, message.payload, call)

  it('have names of their own: two of one name are refused before anything starts', async () => {
    const two = createOrchestrator({ agents: [legacy(echo), legacy(echo)] })
    await expect(two).rejects.toThrow('Two agents are called legacy. Give one of them another name.')
    await expect(two).rejects.toMatchObject({ code: 'dispatch.duplicate_agent' })
  })

  it('may be called by anything that is an identifier', async () => {
    const names = ['__proto__', 'constructor', 'a/b:c', ' ', 'ä'.repeat(256)]
    await using orchestrator = await createOrchestrator({ agents: names.map((name) => legacy(echo, name)) })
    expect(Object.keys(orchestrator.capabilities())).toEqual(names)
    for (const agent of names) expect(await orchestrator.ask({ ...work, agent }, agent)).toBe(agent)
  })

  it.each(['', 'a\0b', 'x'.repeat(513), 5, null])('cannot be called %j', async (name) => {
    const refused = createOrchestrator({ agents: [legacy(echo, name as string)] })
    await expect(refused).rejects.toSatisfy((error) => isFailure(error))
  })

  it.each([null, undefined, 'legacy', {}, { name: 'x' }, { name: 'x', process: echo }])('cannot be %j', async (one) => {
    const refused = createOrchestrator({ agents: [one as never] })
    await expect(refused).rejects.toSatisfy((error) => isFailure(error))
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^orchestrator\./) })
  })

  it('are closed with the orchestrator, as the protocol says', async () => {
    const closed: string[] = []
    const agents = [{ ...legacy(echo), close: () => void closed.push('legacy') }]
    const orchestrator = await createOrchestrator({ agents })
    await orchestrator.close()
    expect(closed).toEqual(['legacy'])
  })
})
