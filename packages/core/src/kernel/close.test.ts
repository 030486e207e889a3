import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, bind, clock, createOrchestrator, definePlugin, operation, singleton } from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'
import type { Stop } from './plugin.js'

const worker = agent('worker', {
  work: operation({
    input: z.any(),
    output: z.any(),
    run: async (gate, { ask }) => {
      await gate
      return ask(echo.say, 'asked within')
    },
  }),
})
const echo = agent('echo', { say: operation({ input: z.any(), output: z.string(), run: (input) => `${input}` }) })
const agents = [worker, echo] as const

function stopping(name: string, stop: Stop) {
  return definePlugin(name, { start: () => stop })()
}

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'none',
    (failure: unknown) => failure,
  )
}

function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('closing an orchestrator', () => {
  it('takes in nothing new, lets what is under way ask within, and waits for it', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    const orchestrator = await createOrchestrator({ agents, plugins: [stopping('base', () => void log.push('stop'))] })
    const working = orchestrator.ask(worker.work, gate.promise).then((answer) => log.push(answer as string))
    const closing = orchestrator.close()
    await expect(orchestrator.ask(echo.say, 'new')).rejects.toMatchObject({ code: 'dispatch.closed' })
    await turns()
    expect(log).toEqual([])
    gate.resolve()
    await Promise.all([working, closing])
    expect(log).toEqual(['asked within', 'stop'])
  })

  it('waits until the deadline only, then stops what is left and tells how many that were', async () => {
    const time = new ManualClock()
    const told: object[] = []
    const orchestrator = await createOrchestrator({
      agents,
      ports: [bind(clock, time)],
      settings: { kernel: { drainMs: 900 } },
    })
    orchestrator.on('orchestrator.closing', (event) => void told.push(event))
    orchestrator.on('orchestrator.closed', (event) => void told.push(event))
    const never = new Promise(() => {})
    const stopped = [1, 2].map(() =>
      expect(orchestrator.ask(worker.work, never)).rejects.toMatchObject({
        code: 'call.cancelled',
        cause: { code: 'dispatch.abandoned' },
      }),
    )
    const closing = orchestrator.close()
    time.advance(899)
    await turns()
    expect(told).toHaveLength(1)
    time.advance(1)
    await closing
    await Promise.all(stopped)
    expect(told).toMatchObject([{ inFlight: 2 }, { abandoned: 2, ms: 900 }])
    expect(time.pending).toBe(0)
  })

  it('gives each stop its own time, runs all of them, and reports all that failed', async () => {
    const time = new ManualClock()
    const log: string[] = []
    const orchestrator = await createOrchestrator({
      ports: [bind(clock, time)],
      plugins: [
        stopping('first', () => void log.push('first')),
        stopping('hanging', () => new Promise(() => {})),
        stopping('throwing', () => {
          throw new RangeError('now')
        }),
        stopping('rejecting', () => Promise.reject(new TypeError('later'))),
        stopping('also-hanging', () => new Promise(() => {})),
        stopping('last', () => void log.push('last')),
      ],
      settings: { kernel: { stopTimeoutMs: 400 } },
    })
    const closing = orchestrator.close()
    const parts = [
      { part: 'plugin also-hanging', because: expect.stringContaining('longer than 400 ms') },
      { part: 'plugin rejecting', because: 'TypeError: later' },
      { part: 'plugin throwing', because: 'RangeError: now' },
      { part: 'plugin hanging', because: expect.stringContaining('longer than 400 ms') },
    ]
    const failed = failureOf(closing)
    await turns()
    expect(log).toEqual(['last'])
    time.advance(400)
    await turns()
    expect(log).toEqual(['last'])
    time.advance(400)
    expect(await failed).toMatchObject({ code: 'kernel.close_failed', details: { parts } })
    expect(log).toEqual(['last', 'first'])
  })

  it('is the same for whoever asks for it again', async () => {
    let stops = 0
    const orchestrator = await createOrchestrator({ plugins: [stopping('once', () => void stops++)] })
    const closing = orchestrator.close()
    expect(orchestrator.close()).toBe(closing)
    expect(orchestrator[Symbol.asyncDispose]()).toBe(closing)
    await closing
    expect(orchestrator.close({ drainMs: 1 })).toBe(closing)
    expect(stops).toBe(1)
  })

  it('happens at the end of a block that holds it', async () => {
    const log: string[] = []
    {
      await using orchestrator = await createOrchestrator({ plugins: [stopping('held', () => void log.push('stop'))] })
      expect(orchestrator).toBeDefined()
    }
    expect(log).toEqual(['stop'])
  })

  it('of one orchestrator leaves another alone', async () => {
    const shared = singleton(() => ({ open: true }), { close: (part) => void (part.open = false) })
    const create = () => createOrchestrator({ agents, ports: [], provide: { shared } })
    const [one, other] = await Promise.all([create(), create()])
    await one.close()
    expect(await other.ask(echo.say, 'still')).toBe('still')
    await expect(one.ask(echo.say, 'no')).rejects.toMatchObject({ code: 'dispatch.closed' })
    await other.close()
  })
})
