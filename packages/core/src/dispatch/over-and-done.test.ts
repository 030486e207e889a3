import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, type Interceptor, need, operation, scoped } from '../index.js'
import type { Failure } from '../ports/index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'

const Any = z.any()
const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'none',
    (error: Failure) => error.code,
  )

describe('a call that is over', () => {
  it('keeps the interceptors with which it began, though one is taken away meanwhile', async () => {
    const told: string[] = []
    const gate = Promise.withResolvers<void>()
    const first: Interceptor = {
      name: 'first',
      async intercept(message, _call, next) {
        await gate.promise
        return next(message)
      },
    }
    const guard: Interceptor = {
      name: 'guard',
      async intercept(message, _call, next) {
        told.push('guard')
        return next(message)
      },
    }
    const worker = agent('worker', { work: operation({ input: Any, output: Any, run: () => void told.push('work') }) })
    const orchestrator = await createOrchestrator({ agents: [worker], interceptors: [first, guard] })
    const asked = orchestrator.ask(worker.work, 1)
    const closing = orchestrator.close()
    gate.resolve()
    await asked
    await closing
    expect(told).toEqual(['guard', 'work'])
  })

  it('is not begun again by an interceptor that goes on trying', async () => {
    const time = new ManualClock()
    let runs = 0
    const worker = agent('worker', {
      work: operation({
        input: Any,
        output: Any,
        run: async () => {
          runs++
          throw new Error('busy')
        },
      }),
    })
    const stubborn: Interceptor = {
      name: 'stubborn',
      async intercept(message, _call, next) {
        for (let attempt = 1; attempt <= 10; attempt++) {
          try {
            return await next({ ...message, attempt })
          } catch {
            await new Promise<void>((resolve) => void time.schedule(100, resolve))
          }
        }
        return next(message)
      },
    }
    await using orchestrator = await createOrchestrator({
      agents: [worker],
      interceptors: [stubborn],
      ports: [bind(clock, time)],
    })
    const asked = codeOf(orchestrator.ask(worker.work, 1, { timeoutMs: 250 }))
    for (let step = 0; step < 20; step++) {
      await turns()
      time.advance(50)
    }
    expect(await asked).toBe('call.timed_out')
    expect(runs).toBe(3)
  })

  it('closes what its request used, though the agent answered at once and left something behind', async () => {
    const told: string[] = []
    const reader = agent('reader', {
      read: operation({ needs: { db: need<string>() }, input: Any, output: Any, run: () => 1 }),
    })
    const careless = agent('careless', {
      work: operation({
        input: Any,
        output: Any,
        run: (_, { ask }) => {
          void ask(reader.read, 1).catch(() => {})
          return 1
        },
      }),
    })
    const db = scoped(
      () => {
        told.push('made')
        return 'db'
      },
      { close: () => void told.push('closed') },
    )
    await using orchestrator = await createOrchestrator({ agents: [reader, careless], provide: { db } })
    await orchestrator.ask(careless.work, 1)
    await turns()
    expect(told.filter((one) => one === 'closed')).toHaveLength(told.filter((one) => one === 'made').length)
  })

  it('was waited for by a close that its own agent asked for', async () => {
    const told: string[] = []
    let close = async () => {}
    const worker = agent('worker', {
      stop: operation({
        input: Any,
        output: Any,
        run: async () => {
          void close().then(() => told.push('closed'))
          await turns()
          told.push('done')
        },
      }),
    })
    const orchestrator = await createOrchestrator({ agents: [worker] })
    close = () => orchestrator.close()
    await orchestrator.ask(worker.stop, 1)
    await orchestrator.close()
    await turns()
    expect(told).toEqual(['done', 'closed'])
  })
})
