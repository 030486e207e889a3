import { describe, expect, it } from 'vitest'
import { bind, clock, createOrchestrator, definePlugin, need, type Plugin, singleton, token } from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'
import { Lifecycle } from './lifecycle.js'
import type { PartFault } from './part-fault.js'
import type { Stop } from './plugin.js'

type Start = (signal: AbortSignal) => Stop | void | Promise<Stop | void>

/** A plugin that fills the port of its name and needs those of other names. */
function part(name: string, needs: readonly string[], start: Start): Plugin {
  const port = token<string>(`test.${name}`)
  return definePlugin(name, {
    needs: Object.fromEntries(needs.map((one) => [one, need(token(`test.${one}`))])),
    provides: [port],
    async start({ provide, signal }) {
      provide(port, name)
      return start(signal)
    },
  })()
}

function noting(log: string[], name: string, needs: readonly string[] = [], before?: Promise<unknown>) {
  return part(name, needs, async () => {
    log.push(`start ${name}`)
    await before
    log.push(`started ${name}`)
    return () => void log.push(`stop ${name}`)
  })
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

describe('starting', () => {
  it('goes in the order of needs, and stopping in reverse, whatever the order given', async () => {
    const log: string[] = []
    const plugins = [noting(log, 'roof', ['walls']), noting(log, 'walls', ['ground']), noting(log, 'ground')]
    const orchestrator = await createOrchestrator({ plugins })
    await orchestrator.close()
    expect(log.filter((line) => !line.startsWith('started'))).toEqual([
      'start ground',
      'start walls',
      'start roof',
      'stop roof',
      'stop walls',
      'stop ground',
    ])
  })

  it('goes side by side where parts are independent: each waits here for the other', async () => {
    const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const meeting = (name: string, mine: PromiseWithResolvers<void>, theirs: PromiseWithResolvers<void>) =>
      part(name, [], async () => {
        mine.resolve()
        await theirs.promise
      })
    await using orchestrator = await createOrchestrator({
      plugins: [meeting('one', one, other), meeting('other', other, one)],
    })
    expect(orchestrator).toBeDefined()
  })

  it('of one part waits for what it needs, and for nothing else', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    const plugins = [noting(log, 'slow', [], gate.promise), noting(log, 'quick'), noting(log, 'on-quick', ['quick'])]
    const creating = createOrchestrator({ plugins: [...plugins, noting(log, 'on-both', ['slow', 'quick'])] })
    await turns()
    expect(log).toEqual(['start slow', 'start quick', 'started quick', 'start on-quick', 'started on-quick'])
    gate.resolve()
    await (await creating).close()
    expect(log.slice(5, 9)).toEqual(['started slow', 'start on-both', 'started on-both', 'stop on-both'])
  })
})

describe('a start that fails', () => {
  it('stops what had started, in reverse, and reports every cause', async () => {
    const log: string[] = []
    const stuck = part('stuck', ['ground'], () => () => {
      log.push('stop stuck')
      throw new RangeError('cannot stop')
    })
    const failing = part('failing', ['stuck'], () => {
      throw new TypeError('cannot start')
    })
    const plugins = [noting(log, 'ground'), stuck, failing, noting(log, 'after', ['failing'])]
    await expect(createOrchestrator({ plugins })).rejects.toMatchObject({
      code: 'kernel.start_failed',
      details: {
        parts: [
          { part: 'plugin failing', because: 'TypeError: cannot start' },
          { part: 'plugin stuck', because: 'RangeError: cannot stop' },
        ],
      },
      cause: { errors: [new TypeError('cannot start'), new RangeError('cannot stop')] },
    })
    expect(log).toEqual(['start ground', 'started ground', 'stop stuck', 'stop ground'])
  })

  it('names all that failed by themselves, even with one and the same error', async () => {
    const error = new RangeError('down')
    const down = (name: string) => part(name, [], () => Promise.reject(error))
    const provide = { value: singleton(() => Promise.reject(error)) }
    const creating = createOrchestrator({ plugins: [down('one'), down('two')], provide })
    const parts = ['provide.value', 'plugin one', 'plugin two'].map((name) => ({
      part: name,
      because: 'RangeError: down',
    }))
    await expect(creating).rejects.toMatchObject({ details: { parts: expect.arrayContaining(parts) } })
  })

  it('tells those under way to give up, and undoes what still comes of them', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    let told: AbortSignal | undefined
    const slow = part('slow', [], async (signal) => {
      told = signal
      await gate.promise
      return () => void log.push('undone')
    })
    const obedient = part('obedient', [], (signal) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new TypeError('gave up'))))
    })
    const creating = createOrchestrator({ plugins: [slow, obedient, part('failing', [], () => Promise.reject('no'))] })
    await expect(creating).rejects.toMatchObject({ details: { parts: [{ part: 'plugin failing', because: 'no' }] } })
    expect(told?.aborted).toBe(true)
    gate.resolve()
    await turns()
    expect(log).toEqual(['undone'])
  })

  it('does not stop what one that is still starting uses, until that is over and undone', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    const plugins = [
      noting(log, 'ground'),
      noting(log, 'slow', ['ground'], gate.promise),
      part('failing', ['ground'], () => Promise.reject(new RangeError('no'))),
    ]
    const failed = failureOf(createOrchestrator({ plugins }))
    await turns()
    gate.resolve()
    expect(await failed).toMatchObject({ code: 'kernel.start_failed' })
    expect(log.slice(-3)).toEqual(['started slow', 'stop slow', 'stop ground'])
  })
})

describe('a start that hangs', () => {
  it('is given up in time, and its late result is undone', async () => {
    const time = new ManualClock()
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    const creating = createOrchestrator({
      ports: [bind(clock, time)],
      plugins: [noting(log, 'slow', [], gate.promise)],
      settings: { kernel: { startTimeoutMs: 700 } },
    })
    const failed = failureOf(creating)
    await turns()
    time.advance(700)
    expect(await failed).toMatchObject({
      code: 'kernel.start_failed',
      message: /To start plugin slow took longer than 700 ms/,
      cause: { code: 'kernel.too_late' },
    })
    expect(time.pending).toBe(0)
    gate.resolve()
    await turns()
    expect(log.at(-1)).toBe('stop slow')
  })

  it('and cannot be undone when it comes late, is told of', async () => {
    const time = new ManualClock()
    const told: PartFault[] = []
    const gate = Promise.withResolvers<void>()
    const start = async () => {
      await gate.promise
      return () => Promise.reject(new RangeError('stuck'))
    }
    const deps = { clock: time, report: (fault: PartFault) => void told.push(fault) }
    const options = { startTimeoutMs: 700, stopTimeoutMs: 300 }
    const failed = failureOf(new Lifecycle([{ name: 'late', needs: [], start }], deps, options).start())
    await turns()
    time.advance(700)
    expect(await failed).toMatchObject({ code: 'kernel.start_failed' })
    gate.resolve()
    await turns()
    expect(told).toEqual([{ part: 'late', because: 'RangeError: stuck', cause: new RangeError('stuck') }])
  })

  it('for ever does not keep what it needs from being stopped', async () => {
    const time = new ManualClock()
    const log: string[] = []
    const creating = createOrchestrator({
      ports: [bind(clock, time)],
      plugins: [noting(log, 'ground'), noting(log, 'hanging', ['ground'], new Promise(() => {}))],
      settings: { kernel: { startTimeoutMs: 700, stopTimeoutMs: 300 } },
    })
    const failed = failureOf(creating)
    await turns()
    time.advance(700)
    await turns()
    expect(log.at(-1)).toBe('start hanging')
    time.advance(300)
    expect(await failed).toMatchObject({ code: 'kernel.start_failed' })
    expect(log.at(-1)).toBe('stop ground')
  })
})

describe('a start that is cancelled', () => {
  it('by a signal that had aborted before, begins nothing', async () => {
    const log: string[] = []
    const creating = createOrchestrator({
      plugins: [noting(log, 'a')],
      signal: AbortSignal.abort(new RangeError('stop')),
    })
    await expect(creating).rejects.toMatchObject({ code: 'kernel.start_cancelled', cause: new RangeError('stop') })
    expect(log).toEqual([])
  })

  it('stops what had started, begins nothing more, and undoes what comes late', async () => {
    const log: string[] = []
    const controller = new AbortController()
    const gate = Promise.withResolvers<void>()
    const plugins = [
      noting(log, 'quick'),
      noting(log, 'slow', [], gate.promise),
      noting(log, 'after', ['slow']),
      part('stuck', [], () => () => Promise.reject(new RangeError('stuck'))),
    ]
    const creating = createOrchestrator({ plugins, signal: controller.signal })
    await turns()
    controller.abort(new TypeError('shutting down'))
    await expect(creating).rejects.toMatchObject({
      code: 'kernel.start_cancelled',
      details: { because: 'TypeError: shutting down', parts: [{ part: 'plugin stuck' }] },
      cause: { errors: [new TypeError('shutting down'), new RangeError('stuck')] },
    })
    expect(log).toEqual(['start quick', 'start slow', 'started quick', 'stop quick'])
    gate.resolve()
    await turns()
    expect(log.slice(4)).toEqual(['started slow', 'stop slow'])
  })

  it('by a part itself, before its start returns, is cancelled like any other', async () => {
    const log: string[] = []
    const controller = new AbortController()
    const rash = part('rash', [], () => {
      controller.abort(new RangeError('no use'))
      return () => void log.push('undone')
    })
    const creating = createOrchestrator({ plugins: [rash], signal: controller.signal })
    await expect(creating).rejects.toMatchObject({ code: 'kernel.start_cancelled', cause: new RangeError('no use') })
    await turns()
    expect(log).toEqual(['undone'])
  })

  it('no more, once it is over', async () => {
    const log: string[] = []
    const controller = new AbortController()
    const orchestrator = await createOrchestrator({ plugins: [noting(log, 'a')], signal: controller.signal })
    controller.abort()
    await turns()
    expect(log).toEqual(['start a', 'started a'])
    await orchestrator.close()
  })
})
