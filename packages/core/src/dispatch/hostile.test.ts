import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, createOrchestrator, definePlugin, type Failure, operation } from '../index.js'
import { isFailure } from '../ports/index.js'

const Any = z.any()
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'none',
    (error: Failure) => error.code,
  )
const unreadable = (member: string): Error =>
  Object.defineProperty(new Error('x'), member, {
    get() {
      throw new Error('not to be read')
    },
  })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('a call settles once, and its orchestrator closes at once', () => {
  const thrower = agent('thrower', {
    later: operation({
      input: Any,
      output: Any,
      run: async (make) => {
        throw make()
      },
    }),
    now: operation({
      input: Any,
      output: Any,
      run: (make) => {
        throw make()
      },
    }),
    never: operation({ input: Any, output: Any, run: () => new Promise(() => {}) }),
  })

  it.each([
    ['cause', () => unreadable('cause')],
    ['code', () => unreadable('code')],
    ['name', () => unreadable('name')],
    ['message', () => unreadable('message')],
    ['everything', revoked],
    ['name as a text', () => Object.assign(new Error('x'), { name: Object.create(null) as string })],
    [
      'cause, which looks like a failure',
      () => new Error('x', { cause: { [Symbol.for('baton.failure')]: true, code: Object.create(null) as string } }),
    ],
  ])('though what was thrown does not let its %s be read', async (_, make) => {
    const orchestrator = await createOrchestrator({ agents: [thrower] })
    for (const one of [thrower.later, thrower.now]) {
      const failure = await orchestrator.ask(one, make).catch((error: unknown) => error)
      expect(isFailure(failure, 'agent.failed')).toBe(true)
      expect(() => JSON.stringify(failure)).not.toThrow()
    }
    let inFlight = -1
    orchestrator.on('orchestrator.closing', (event) => void (inFlight = event.inFlight))
    await orchestrator.close()
    expect(inFlight).toBe(0)
  })

  it.each([
    ['message', () => unreadable('message')],
    ['everything', revoked],
  ])('though the reason of its signal does not let its %s be read', async (_, make) => {
    await using orchestrator = await createOrchestrator({ agents: [thrower] })
    const controller = new AbortController()
    const asked = codeOf(orchestrator.ask(thrower.never, 1, { signal: controller.signal }))
    controller.abort(make())
    expect(await asked).toBe('call.cancelled')
  })

  it('though it was given a controller for a signal', async () => {
    await using orchestrator = await createOrchestrator({ agents: [thrower] })
    const signal = new AbortController() as object as AbortSignal
    expect(await codeOf(orchestrator.ask(thrower.later, () => new Error('late'), { signal }))).toBe(
      'dispatch.invalid_signal',
    )
    expect(await codeOf(createOrchestrator({ signal }))).toBe('orchestrator.invalid_option')
  })

  it('though its root was cancelled while its code ran up to its first await', async () => {
    const controller = new AbortController()
    let told: AbortSignal | undefined
    const inner = agent('inner', {
      work: operation({
        input: Any,
        output: Any,
        run: (_, { signal }) => {
          told = signal
          controller.abort()
          return new Promise(() => {})
        },
      }),
    })
    const outer = agent('outer', {
      work: operation({ input: Any, output: Any, run: (_, { ask }) => ask(inner.work, 1) }),
    })
    await using orchestrator = await createOrchestrator({ agents: [inner, outer] })
    expect(await codeOf(orchestrator.ask(outer.work, 1, { signal: controller.signal }))).toBe('call.cancelled')
    expect(told?.aborted).toBe(true)
  })

  it('together with a thousand others of one signal, on which it leaves no listener', async () => {
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners++
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners--
      remove(...given)
    }
    await using orchestrator = await createOrchestrator({ agents: [thrower] })
    const failing = Array.from({ length: 1_000 }, () => codeOf(orchestrator.ask(thrower.later, () => 'no', { signal })))
    expect(listeners).toBe(1)
    await Promise.all(failing)
    expect(listeners).toBe(0)
    const hanging = Array.from({ length: 1_000 }, () => codeOf(orchestrator.ask(thrower.never, 1, { signal })))
    controller.abort()
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(['call.cancelled']))
  })

  it('and one that was refused has neither a beginning nor an end', async () => {
    const told: string[] = []
    await using orchestrator = await createOrchestrator({ agents: [thrower] })
    orchestrator.on('*', ({ type }) => void told.push(type))
    await codeOf(orchestrator.ask(thrower.never, 1, { signal: AbortSignal.abort() }))
    expect(told).toEqual([])
  })
})

it('what a plugin was given to start with serves it no longer', async () => {
  let late: (() => void) | undefined
  const keeper = definePlugin('keeper', {
    start({ on }) {
      late = () => on('*', () => {})
    },
  })
  await using _ = await createOrchestrator({ plugins: [keeper()] })
  expect(() => late?.()).toThrow(expect.objectContaining({ code: 'kernel.start_over' }))
})

it('a message from outside cannot ask for more memory than it has keys', async () => {
  await using orchestrator = await createOrchestrator({})
  const bomb = Array.from({ length: 9_000 }, () => '{"~sparse":[10000,[]]}').join()
  const text = `{"v":1,"id":"a","type":"request","sender":"x","receiver":{"agent":"y"},"operation":"z","payload":{"~1":[${bomb}]},"correlationId":"a","priority":"normal","createdAt":1,"attempt":1,"depth":0}`
  expect(await codeOf(orchestrator.receive(text))).toMatch(/^(codec|wire)\./)
})
