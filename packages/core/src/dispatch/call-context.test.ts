import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  type CallContext,
  clock,
  createMessage,
  createOrchestrator,
  logger,
  need,
  operation,
  random,
  type RequestOptions,
} from '../index.js'
import { ManualClock, SeededRandom } from '../testing/index.js'

interface Line {
  readonly level: string
  readonly fields: object
  readonly message: string | undefined
}

async function setUp(run: (input: unknown, call: CallContext) => unknown = () => 'done') {
  const time = new ManualClock()
  const lines: Line[] = []
  const write = (level: string) => (fields: object, message?: string) => void lines.push({ level, fields, message })
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const clerk = agent('clerk', { work: operation({ input: z.any(), output: z.any(), run: run as () => unknown }) })
  const orchestrator = await createOrchestrator({
    agents: [clerk],
    ports: [bind(clock, time), bind(random, new SeededRandom()), bind(logger, log)],
  })
  return { time, lines, clerk, orchestrator }
}

async function contextOf(options?: RequestOptions): Promise<CallContext> {
  const seen: CallContext[] = []
  const { orchestrator, clerk } = await setUp((_, call) => seen.push(call))
  await orchestrator.ask(clerk.work, { a: 1 }, options)
  return seen[0] as CallContext
}

describe('the context of a call', () => {
  it('has every member when it is destructured, and each works on its own', async () => {
    const { orchestrator, clerk } = await setUp((input, call) => {
      if (input === 'inner') return 'asked'
      const { message, signal, attempt, runId, step, tenant, session, log, remainingMs } = call
      const { idempotencyKey, progress, ask, newId, now } = call
      log.info({ a: 1 }, 'at work')
      progress(1)
      const plain = { attempt, runId, step, tenant, session, operation: message.operation, aborted: signal.aborted }
      const made = { left: remainingMs(), key: idempotencyKey('e').length, id: newId(), now: now() }
      return ask(clerk.work, 'inner').then((asked) => ({ ...plain, ...made, asked }))
    })
    expect(await orchestrator.ask(clerk.work, 1, { tenant: 'acme', session: 's1' })).toEqual({
      attempt: 1,
      runId: undefined,
      step: undefined,
      tenant: 'acme',
      session: { id: 's1' },
      operation: 'work',
      aborted: false,
      left: 60_000,
      key: 32,
      id: 'id-2',
      now: Date.UTC(2026, 0, 1),
      asked: 'asked',
    })
  })

  // The types say that `rest` has them; they are getters of the prototype, which a rest or a spread leaves out.

  it('has no session, tenant, run or step unless the request has', async () => {
    const { session, tenant, runId, step } = await contextOf()
    expect({ session, tenant, runId, step }).toEqual({})
  })

  it('has the run, the step and the attempt of a message that was sent', async () => {
    const seen: CallContext[] = []
    const { orchestrator } = await setUp((_, call) => seen.push(call))
    const own = { runId: 'r1', step: 'draft', attempt: 3 }
    const init = { sender: 'me', receiver: { agent: 'clerk' }, operation: 'work', payload: 1, ...own }
    await orchestrator.send(createMessage(init, { newId: () => 'm1', now: () => 0 }))
    const [{ runId, step, attempt, message } = expect.unreachable()] = seen
    expect({ runId, step, attempt }).toEqual(own)
    expect(message.id).toBe('m1')
  })

  it('has the request as it was asked, before defaults', async () => {
    const { message } = await contextOf({ context: 'c' })
    expect(message).toMatchObject({ type: 'request', sender: 'host', payload: { a: 1 }, context: 'c' })
  })
})

describe('remainingMs', () => {
  it('goes down to 0, and not below', async () => {
    const seen: CallContext[] = []
    const { orchestrator, clerk, time } = await setUp((_, call) => seen.push(call))
    await orchestrator.ask(clerk.work, 1, { timeoutMs: 100 })
    const [{ remainingMs } = expect.unreachable()] = seen
    const left = [0, 40, 60, 500].map((ms) => {
      time.advance(ms)
      return remainingMs()
    })
    expect(left).toEqual([100, 60, 0, 0])
  })
})

describe('newId and now', () => {
  it('are the chance and the clock of the orchestrator', async () => {
    const { orchestrator, clerk, time } = await setUp((_, { newId, now }) => [newId(), newId(), now()])
    time.setWall(1_000)
    expect(await orchestrator.ask(clerk.work, 1)).toEqual(['id-2', 'id-3', 1_000])
  })
})

describe('log', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)('writes lines of level %s that name the call', async (level) => {
    const { orchestrator, clerk, lines } = await setUp((_, { log }) => log[level]({ rows: 3 }, 'read'))
    await orchestrator.ask(clerk.work, 1)
    const fields = { agent: 'clerk', operation: 'work', correlationId: 'id-1', rows: 3 }
    expect(lines).toEqual([{ level, message: 'read', fields }])
  })

  it('names tenant, run and step where there are any', async () => {
    const { orchestrator, lines } = await setUp((_, { log }) => log.info({}))
    const own = { tenant: 'acme', runId: 'r1', step: 'draft' }
    const init = { sender: 'me', receiver: { agent: 'clerk' }, operation: 'work', payload: 1, ...own }
    await orchestrator.send(createMessage(init, { newId: () => 'm1', now: () => 0 }))
    expect(lines[0]).toMatchObject({ message: undefined, fields: { ...own, correlationId: 'm1' } })
  })

  it('lets a line say otherwise, and does not change the fields it is given', async () => {
    const given = Object.freeze({ agent: 'other' })
    const { orchestrator, clerk, lines } = await setUp((_, { log }) => log.info(given))
    await orchestrator.ask(clerk.work, 1)
    expect(lines[0]?.fields).toMatchObject({ agent: 'other', operation: 'work' })
  })

  it('names the inner call within an inner call', async () => {
    const { orchestrator, clerk, lines } = await setUp((input, { log, ask }) => {
      log.info({}, String(input))
      return input === 'outer' ? ask(inner.work, 'inner') : 'done'
    })
    const inner = agent('clerk', { work: clerk.work })
    await orchestrator.ask(clerk.work, 'outer')
    expect(lines.map(({ message }) => message)).toEqual(['outer', 'inner'])
    expect(lines[1]?.fields).toEqual(lines[0]?.fields)
  })
})

describe('progress', () => {
  it('tells listeners the message and the data, and nobody when there is none', async () => {
    const { orchestrator, clerk } = await setUp((_, { progress }) => progress({ done: 0.5 }))
    await orchestrator.ask(clerk.work, 1)
    const told: unknown[] = []
    using _ = orchestrator.on('call.progressed', ({ message, data }) => void told.push([message.operation, data]))
    await orchestrator.ask(clerk.work, 1)
    expect(told).toEqual([['work', { done: 0.5 }]])
  })

  it('never fails, whatever listeners do', async () => {
    const { orchestrator, clerk } = await setUp((_, { progress }) => {
      progress(1)
      return 'done'
    })
    using _ = orchestrator.on('call.progressed', () => {
      throw new Error('a listener')
    })
    expect(await orchestrator.ask(clerk.work, 1)).toBe('done')
  })
})

describe('what an operation needs', () => {
  // What the engine keeps of a call lies on the object that is the context: these names overwrite it.
  it.each(['end', 'stopChildren', 'parent', 'begin', 'overridesNeeds'])(
    'may be called %s, which is no name of the context',
    async (name) => {
      const clerk = agent('clerk', {
        work: operation({
          needs: { [name]: need<string>() } as {},
          input: z.any(),
          output: z.any(),
          run: async (_, call) => (call as unknown as Record<string, unknown>)[name],
        }),
      })
      const time = new ManualClock()
      const options = { agents: [clerk], provide: { [name]: 'mine' }, ports: [bind(clock, time)] }
      const orchestrator = await createOrchestrator(options as never)
      const unhandled: unknown[] = []
      const note = (error: unknown) => void unhandled.push(error)
      const others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
      try {
        const asked = orchestrator.ask(clerk.work, 1)
        const ended = await Promise.race([asked.catch((error: unknown) => error), afterAll()])
        expect(ended).toBe('mine')
        expect(unhandled).toEqual([])
      } finally {
        process.removeAllListeners('unhandledRejection')
        for (const listener of others) process.on('unhandledRejection', listener)
      }
    },
  )
})

/** Resolves when everything that can happen without time has happened. */
async function afterAll(): Promise<string> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => void setImmediate(resolve))
  return 'nothing happened'
}
