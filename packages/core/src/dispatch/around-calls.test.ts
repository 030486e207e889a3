import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, type Interceptor, logger, need, operation, scoped } from '../index.js'
import { classify, Failure, isFailure, meter, tracer } from '../ports/index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'
import { RecordingMeter } from '../testing/doubles/recording-meter.js'
import { RecordingTracer } from '../testing/doubles/recording-tracer.js'

const Any = z.any()
const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'none',
    (error: Failure) => error.code,
  )

describe('whatever goes wrong around a call', () => {
  it('settles it: a logger that throws, a part that cannot be closed', async () => {
    const broken = () => {
      throw new Error('the log is full')
    }
    const reader = agent('reader', {
      read: operation({ needs: { db: need<string>() }, input: Any, output: Any, run: () => 'read' }),
    })
    const db = scoped(() => 'db', {
      close: () => {
        throw new Error('cannot close')
      },
    })
    await using orchestrator = await createOrchestrator({
      agents: [reader],
      provide: { db },
      ports: [bind(logger, { debug: broken, info: broken, warn: broken, error: broken })],
    })
    // What its part was to do at the end may matter: a request that could not end is a failure.
    await expect(orchestrator.ask(reader.read, 1)).rejects.toMatchObject({ code: 'kernel.close_failed' })
  })

  it.each([
    ['an error with a symbol as its name', () => Object.assign(new Error('odd'), { name: Symbol('odd') })],
    ['an object without a prototype', () => Object.create(null) as unknown],
    [
      'a getter that throws',
      () => ({
        get message() {
          throw new Error('no')
        },
      }),
    ],
  ])('settles it: %s was thrown', async (_, make) => {
    const worker = agent('worker', {
      work: operation({
        input: Any,
        output: Any,
        run: async () => {
          throw make()
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [worker] })
    expect(await codeOf(orchestrator.ask(worker.work, 1))).toBe('agent.failed')
  })

  it('is classified by what the agent threw, not by its having thrown', async () => {
    const worker = agent('worker', {
      work: operation({
        input: Any,
        output: Any,
        run: (error) => {
          throw error
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [worker] })
    const aborted = Object.assign(new Error('stop'), { name: 'AbortError' })
    for (const error of [
      new TypeError('bug'),
      aborted,
      Object.assign(new Error('no'), { status: 401 }),
      new Error('no'),
    ]) {
      const failure = await orchestrator.ask(worker.work, error).catch((caught: unknown) => caught)
      expect(classify(failure)).toBe(classify(error))
    }
  })

  it('answers a message whose agent fails as a bad message does', async () => {
    const worker = agent('worker', {
      work: operation({
        input: Any,
        output: Any,
        run: () => {
          throw new Failure({ code: 'message.invalid', message: 'm', remedy: '', retryable: false, details: {} })
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [worker] })
    const now = 1
    const answer = await orchestrator.send({
      id: 'a',
      type: 'request',
      sender: 'host',
      receiver: { agent: 'worker' },
      operation: 'work',
      payload: 1,
      correlationId: 'a',
      priority: 'normal',
      createdAt: now,
      attempt: 1,
      depth: 0,
    })
    expect(answer).toMatchObject({ type: 'error', payload: { code: 'message.invalid' } })
  })

  it('measures a call that timed out when it did, not when its agent came back', async () => {
    const time = new ManualClock()
    const [measured, traced] = [new RecordingMeter(), new RecordingTracer()]
    const gate = Promise.withResolvers<void>()
    const worker = agent('worker', { work: operation({ input: Any, output: Any, run: () => gate.promise }) })
    await using orchestrator = await createOrchestrator({
      agents: [worker],
      ports: [bind(clock, time), bind(meter, measured), bind(tracer, traced)],
    })
    const asked = codeOf(orchestrator.ask(worker.work, 1, { timeoutMs: 100 }))
    await turns()
    time.advance(100)
    expect(await asked).toBe('call.timed_out')
    await turns()
    expect(measured.sum('baton.calls', { agent: 'worker', operation: 'work', outcome: 'failed' })).toBe(1)
    gate.resolve()
    await turns()
    expect(measured.sum('baton.calls', { agent: 'worker', operation: 'work', outcome: 'succeeded' })).toBe(0)
  })

  it('gives the calls within it the same keys in each try', async () => {
    const keys: string[] = []
    const inner = agent('inner', {
      work: operation({
        input: Any,
        output: Any,
        run: (_, { idempotencyKey }) => void keys.push(idempotencyKey()),
      }),
    })
    const outer = agent('outer', {
      work: operation({
        input: Any,
        output: Any,
        run: async (_, { ask, attempt }) => {
          await ask(inner.work, 1)
          await ask(inner.work, 2)
          if (attempt < 3) throw new Error('again')
        },
      }),
    })
    const retry: Interceptor = {
      name: 'retry',
      async intercept(message, _call, next) {
        for (let attempt = 1; ; attempt++) {
          try {
            return await next({ ...message, attempt })
          } catch (error) {
            if (attempt === 3) throw error
          }
        }
      },
    }
    await using orchestrator = await createOrchestrator({ agents: [inner, outer], interceptors: [retry] })
    await orchestrator.ask(outer.work, 1)
    expect(keys).toHaveLength(6)
    expect(new Set(keys).size).toBe(2)
    await orchestrator.ask(outer.work, 1)
    expect(new Set(keys).size).toBe(4)
  })

  it('takes a foreign thenable as a promise, and checks what it comes to', async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const thenable = (value: unknown) => ({ then: (done: (value: unknown) => void) => done(value) })
    const worker = agent('worker', {
      work: operation({ input: Any, output: z.string(), run: (value) => thenable(value) as never }),
    })
    await using orchestrator = await createOrchestrator({ agents: [worker] })
    expect(await orchestrator.ask(worker.work, 'text')).toBe('text')
    const wrong = orchestrator.ask(worker.work, 5)
    await expect(wrong).rejects.toSatisfy((error) => isFailure(error, 'agent.invalid_output'))
  })
})
