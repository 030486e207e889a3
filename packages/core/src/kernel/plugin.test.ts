import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  clock,
  configFromEnv,
  createOrchestrator,
  definePlugin,
  type Interceptor,
  need,
  operation,
  token,
} from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'

const index = token<{ readonly of: string }>('test.index')
const queue = token<{ readonly of: string }>('test.queue')
const echo = agent('echo', { say: operation({ input: z.any(), output: z.any(), run: (input) => input }) })
const finder = agent('finder', {
  find: operation({
    input: z.any(),
    output: z.any(),
    needs: { index: need(index), queue: need(queue) },
    run: (_, call) => `${call.index.of} ${call.queue.of}`,
  }),
})

function filling(name: string, log: string[] = []) {
  return definePlugin(name, {
    provides: [index, queue],
    start({ provide }) {
      log.push(`start ${name}`)
      provide(index, { of: name })
      provide(queue, { of: name })
      return () => void log.push(`stop ${name}`)
    },
  })()
}

describe('the options of a plugin', () => {
  const options = z.object({
    url: z.string().default('by default'),
    size: z.number().default(1),
    label: z.string().optional(),
  })
  const seen: unknown[] = []
  const plugin = definePlugin('shop', { options, start: (context) => void seen.push(context.options) })

  it('come from code, else from the environment, else they are the default', async () => {
    const env = { ORCHESTRATOR_SHOP_URL: 'by env', ORCHESTRATOR_SHOP_SIZE: '5', ORCHESTRATOR_SHOP_LABEL: 'env' }
    await using none = await createOrchestrator({ plugins: [plugin()] })
    await using some = await createOrchestrator({
      plugins: [plugin({ url: 'by code' })],
      config: configFromEnv({ env }),
    })
    expect(seen).toEqual([
      { url: 'by default', size: 1 },
      { url: 'by code', size: 5, label: 'env' },
    ])
    expect([none, some]).toHaveLength(2)
  })

  it('that do not fit keep everything from starting', async () => {
    const log: string[] = []
    const wrong = plugin({ size: 'long' as never })
    await expect(createOrchestrator({ plugins: [filling('other', log), wrong] })).rejects.toMatchObject({
      code: 'config.invalid',
    })
    expect(log).toEqual([])
  })

  it('are an empty object where there is no schema', async () => {
    let given: unknown
    const bare = definePlugin('bare', { start: (context) => void (given = context.options) })
    await using orchestrator = await createOrchestrator({ plugins: [bare()] })
    expect(given).toEqual({})
    expect(orchestrator).toBeDefined()
  })
})

describe('the ports that a plugin fills', () => {
  it('are those it declared, each', async () => {
    const over = definePlugin('over', { start: ({ provide }) => provide(index, { of: 'over' }) })
    const stopped: string[] = []
    const under = definePlugin('under', {
      provides: [index],
      start: () => () => {
        stopped.push('under')
        throw new RangeError('stuck')
      },
    })
    await expect(createOrchestrator({ plugins: [over()] })).rejects.toMatchObject({
      code: 'kernel.start_failed',
      cause: { code: 'kernel.undeclared_part', details: { plugin: 'over', port: 'the port test.index' } },
    })
    await expect(createOrchestrator({ plugins: [under()] })).rejects.toMatchObject({
      cause: { code: 'kernel.undeclared_part', message: /did not provide/, cause: new RangeError('stuck') },
    })
    expect(stopped).toEqual(['under'])
  })

  it('stay the host’s where the host has bound them', async () => {
    const log: string[] = []
    const ports = [bind(index, { of: 'host' })]
    await using orchestrator = await createOrchestrator({ agents: [finder], ports, plugins: [filling('a', log)] })
    expect(await orchestrator.ask(finder.find, undefined)).toBe('host a')
    expect(log).toEqual(['start a'])
  })

  it('may all be the host’s: then it is never started, nor is what it needs missed', async () => {
    const log: string[] = []
    const needy = definePlugin('needy', {
      needs: { gone: need<object>() },
      provides: [index, queue],
      start: () => void log.push('start needy'),
    })
    const ports = [bind(index, { of: 'host' }), bind(queue, { of: 'host' })]
    await using orchestrator = await createOrchestrator({
      agents: [finder],
      ports,
      plugins: [filling('a', log), filling('b', log), needy()],
    })
    expect(await orchestrator.ask(finder.find, undefined)).toBe('host host')
    expect(log).toEqual([])
  })
})

describe('what a plugin attaches', () => {
  it('is there from its start to its stop', async () => {
    const log: string[] = []
    const interceptor: Interceptor = {
      name: 'noting',
      intercept: (message, _, next) => {
        log.push('intercepted')
        return next(message)
      },
    }
    const noting = definePlugin('noting', {
      start({ intercept, on }) {
        intercept(interceptor)
        on('call.finished', () => void log.push('finished'))
        on('*', ({ type }) => void log.push(type))
        return () => void log.push('stop')
      },
    })
    const orchestrator = await createOrchestrator({ agents: [echo], plugins: [noting()] })
    await orchestrator.ask(echo.say, 1)
    expect(log.filter((line) => !line.includes('.'))).toEqual(['intercepted', 'finished'])
    const heard: string[] = []
    orchestrator.on('*', ({ type }) => void heard.push(type))
    await orchestrator.close()
    expect(log.slice(-2)).toEqual(['orchestrator.closing', 'stop'])
    expect(heard).toEqual(['orchestrator.closing', 'plugin.stopped', 'orchestrator.closed'])
  })

  it('is gone when its start fails', async () => {
    const heard: string[] = []
    const failing = definePlugin('failing', {
      needs: { index: need(index) },
      start({ on }) {
        on('*', ({ type }) => void heard.push(type))
        throw new RangeError('no')
      },
    })
    const witness = definePlugin('witness', {
      provides: [index],
      start({ provide, on }) {
        provide(index, { of: 'witness' })
        on('plugin.stopped', () => void heard.push('witnessed'))
        return () => heard.push('stop') as never
      },
    })
    const base = definePlugin('base', { provides: [queue], start: ({ provide }) => provide(queue, { of: 'base' }) })
    const plugins = [base(), witness(), failing()]
    await expect(createOrchestrator({ plugins })).rejects.toMatchObject({ code: 'kernel.start_failed' })
    expect(heard).toEqual(['stop'])
  })

  it('is told of by events with the times it took', async () => {
    const time = new ManualClock()
    const told: object[] = []
    const watching = definePlugin('watching', { start: ({ on }) => on('*', (event) => void told.push(event)) })
    const slow = definePlugin('slow', {
      async start() {
        time.advance(30)
        return () => {
          time.advance(20)
          throw new RangeError('stuck')
        }
      },
    })
    const orchestrator = await createOrchestrator({ ports: [bind(clock, time)], plugins: [watching(), slow()] })
    expect(told).toContainEqual(expect.objectContaining({ type: 'plugin.started', plugin: 'slow', ms: 30 }))
    await orchestrator.close().catch(() => {})
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'plugin.stopped', plugin: 'slow', ms: 20, failure: new RangeError('stuck') }),
    )
  })
})

describe('a plugin value', () => {
  it('may be given to two orchestrators, which share nothing', async () => {
    const started: object[] = []
    const stopped: object[] = []
    const plugin = definePlugin('twice', {
      options: z.object({ list: z.array(z.string()).default([]) }),
      provides: [index],
      start({ options, provide }) {
        const own = { of: 'own' }
        expect(() => options.list.push('shared')).toThrow(TypeError)
        started.push(own)
        provide(index, own)
        return () => void stopped.push(own)
      },
    })()
    const create = () => createOrchestrator({ plugins: [plugin] })
    const [one, other] = await Promise.all([create(), create()])
    expect(one.port(index)).not.toBe(other.port(index))
    const heard: string[] = []
    other.on('*', ({ type }) => void heard.push(type))
    await one.close()
    expect(stopped).toEqual([one.port(index)])
    expect(heard).toEqual([])
    expect(other.port(index)).toBe(started[1])
    await other.close()
    expect(stopped).toHaveLength(2)
  })

  it('keeps its this, and may return only a stop', async () => {
    const definition = {
      secret: 'kept',
      provides: [index],
      start({ provide }: { provide: (port: typeof index, part: { of: string }) => void }) {
        provide(index, { of: this.secret })
      },
    }
    await using orchestrator = await createOrchestrator({ plugins: [definePlugin('self', definition)()] })
    expect(orchestrator.port(index)).toEqual({ of: 'kept' })
    const wrong = definePlugin('wrong', { start: () => ({ close() {} }) as never })
    await expect(createOrchestrator({ plugins: [wrong()] })).rejects.toThrow(/returned an object/)
    expect(() => definePlugin('', { start() {} })).toThrow(expect.objectContaining({ code: 'identifier.invalid' }))
  })
})
