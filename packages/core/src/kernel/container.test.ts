import 'reflect-metadata'
import { container as hostContainer } from 'tsyringe'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  createOrchestrator,
  need,
  type OrchestratorOptions,
  operation,
  scoped,
  singleton,
  token,
} from '../index.js'
import type { Needs } from '../ports/index.js'
import { Container } from './container.js'

const search = token<{ readonly find: string }>('test.search')

/** An agent whose one operation hands out what it needs. */
function holderOf(needs: Needs) {
  const run = (_: unknown, call: object) => call as Record<string, unknown>
  return agent('holder', {
    hold: operation({ input: z.any(), output: z.any(), needs: needs as never, run: run as never }),
  })
}

async function heldBy(options: object, needs: Needs) {
  const holder = holderOf(needs)
  const orchestrator = await createOrchestrator({ ...options, agents: [holder] } as OrchestratorOptions)
  try {
    const call = (await orchestrator.ask(holder.hold, undefined as never)) as Record<string, unknown>
    return Object.keys(needs).map((name) => call[name])
  } finally {
    await orchestrator.close()
  }
}

/** An object with a member that makes it look like a promise. */
function withThen<Member>(member: Member): Record<string, Member> {
  return Object.fromEntries(['then'].map((name) => [name, member]))
}

describe('each fault of tsyringe', () => {
  it('a child that is closed does not dispose of what is its parent’s', async () => {
    const disposed: string[] = []
    const shared = {
      dispose: () => disposed.push('dispose'),
      [Symbol.asyncDispose]: async () => void disposed.push('async'),
    }
    const holder = agent('holder', {
      hold: operation({ input: z.any(), output: z.any(), needs: { shared: need<object>() }, run: () => 1 }),
    })
    const provide = { shared: singleton(() => shared) }
    const orchestrator = await createOrchestrator({ agents: [holder], provide })
    const scope = orchestrator.scope({ provide: { other: 1 } })
    await scope.ask(holder.hold, undefined)
    await scope.close()
    expect(disposed).toEqual([])
    await orchestrator.close()
    expect(disposed).toEqual(['async'])
  })

  it('a scope disposes in reverse order, of what factories made too, asynchronously, and all of it', async () => {
    const closed: string[] = []
    const making = (name: string) => ({
      [Symbol.asyncDispose]: async () => {
        await Promise.resolve()
        closed.push(name)
        if (name === 'second') throw new TypeError('stuck')
      },
    })
    class Third {
      static readonly deps = { second: need<object>() };
      [Symbol.dispose]() {
        closed.push('third')
      }
    }
    const needs = { third: need<object>() }
    const holder = agent('holder', { hold: operation({ input: z.any(), output: z.any(), needs, run: () => 1 }) })
    const orchestrator = await createOrchestrator({
      agents: [holder],
      provide: {
        first: scoped(async () => making('first')),
        second: scoped(() => making('second'), { needs: { first: need<object>() } }),
        third: scoped(Third),
      },
    })
    await expect(orchestrator.ask(holder.hold, undefined)).rejects.toMatchObject({
      code: 'kernel.close_failed',
      cause: new TypeError('stuck'),
    })
    expect(closed).toEqual(['third', 'second', 'first'])
    await orchestrator.close()
  })

  it('neither sees nor changes what the host registered with tsyringe', async () => {
    class Mail {}
    hostContainer.register('name:db', { useValue: { instance: 'the host’s' } })
    hostContainer.register(search.key, { useValue: { instance: 'the host’s' } })
    hostContainer.register(Mail, { useValue: 'host mail' })
    try {
      await expect(heldBy({}, { db: need() })).rejects.toMatchObject({ code: 'kernel.missing_need' })
      await expect(heldBy({}, { found: need(search) })).rejects.toMatchObject({ code: 'kernel.missing_need' })
      expect(await heldBy({ provide: { db: 'ours' } }, { db: need() })).toEqual(['ours'])
      expect(hostContainer.resolve('name:db')).toEqual({ instance: 'the host’s' })
      expect(hostContainer.resolve(Mail)).toBe('host mail')
      expect(hostContainer.isRegistered('name:mail')).toBe(false)
    } finally {
      hostContainer.reset()
    }
  })

  it('never makes a class that nobody provides', async () => {
    let made = 0
    class Service {
      constructor() {
        made++
      }
    }
    const asNeed = { '~need': { token: { name: 'Service', key: Service } } }
    await expect(heldBy({}, { service: asNeed as never })).rejects.toMatchObject({ code: 'kernel.missing_need' })
    await expect(heldBy({}, { service: Service as never })).rejects.toMatchObject({ code: 'kernel.invalid_part' })
    expect(made).toBe(0)
  })

  it('tells of a circle of tokens, with its path, before anything starts', async () => {
    const [a, b] = [token<object>('test.a'), token<object>('test.b')]
    let started = 0
    const making = () => ({ made: ++started })
    const ports = [
      bind(a, singleton(making, { needs: { it: need(b) } })),
      bind(b, singleton(making, { needs: { it: need(a) } })),
    ]
    await expect(createOrchestrator({ ports })).rejects.toMatchObject({
      code: 'kernel.circular_need',
      details: { path: ['the port test.a', 'the port test.b', 'the port test.a'] },
    })
    expect(started).toBe(0)
  })

  it('says which port nobody fills, or nobody fills for long, instead of failing in tsyringe', async () => {
    await using orchestrator = await createOrchestrator({
      ports: [
        bind(
          search,
          scoped(() => ({ find: 'x' })),
        ),
      ],
    })
    expect(() => orchestrator.port(token('test.nowhere'))).toThrow(
      expect.objectContaining({
        code: 'kernel.missing_need',
        details: expect.objectContaining({ path: ['the orchestrator'] }),
      }),
    )
    expect(() => orchestrator.port(search)).toThrow(expect.objectContaining({ code: 'kernel.captive_need' }))
  })
})

describe('Container', () => {
  it('keeps what a child sets from its parent and its sisters', async () => {
    const root = await Container.open()
    root.set('a', 1)
    const [one, other] = [root.child(), root.child()]
    one.set('a', 2)
    expect([root.get('a'), one.get('a'), other.get('a')]).toEqual([1, 2, 1])
    expect([one.hasOwn('a'), other.hasOwn('a')]).toEqual([true, false])
    expect((await Container.open()).hasOwn('a')).toBe(false)
  })

  it('never confuses a name with a token', async () => {
    const container = await Container.open()
    container.set('test.search', 'by name')
    container.set(search.key, 'by token')
    expect([container.get('test.search'), container.get(search.key)]).toEqual(['by name', 'by token'])
  })
})

describe('what is provided as a value', () => {
  const promise = Promise.resolve(1)
  const thenable = withThen(() => expect.unreachable('a value is not awaited'))
  const values: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a function', () => 1],
    ['a class', class Thing {}],
    ['a promise', promise],
    ['a thenable', thenable],
    ['a token', search],
    ['NaN', Number.NaN],
  ]

  it.each(values)('%s is handed on as it is', async (_, value) => {
    const [held] = await heldBy({ provide: { it: value } }, { it: need() })
    expect(Object.is(held, value)).toBe(true)
  })

  it.each(values)('%s is handed on as it is, with what is made for the request', async (_, value) => {
    const provide = { it: value, other: scoped(() => 1) }
    const [held] = await heldBy({ provide }, { it: need(), other: need() })
    expect(Object.is(held, value)).toBe(true)
  })

  it.each(values)('%s fills a port as it is', async (_, value) => {
    await using orchestrator = await createOrchestrator({ ports: [bind(search, value as never)] })
    expect(Object.is(orchestrator.port(search), value)).toBe(true)
  })
})

describe('names that objects have of their own', () => {
  it.each(['toString', 'hasOwnProperty', 'valueOf', '', ' ', 'name:x', 'ключ', '1'])(
    '%j is provided and needed',
    async (name) => {
      expect(await heldBy({ provide: { [name]: 'mine' } }, { [name]: need() })).toEqual(['mine'])
      const made = { [name]: scoped(() => 'made') }
      expect(await heldBy({ provide: made }, { [name]: need() })).toEqual(['made'])
      await expect(heldBy({}, { [name]: need() })).rejects.toMatchObject({ code: 'kernel.missing_need' })
    },
  )

  it.each(['__proto__', 'constructor', 'toString', ''])('a part may need %j', async (name) => {
    const given: object[] = []
    const needs = Object.fromEntries([[name, need()]])
    const provide = Object.fromEntries<unknown>([[name, { mine: true }]])
    for (const source of [singleton, scoped]) {
      const it = source((all: object) => given.push(all), { needs })
      await heldBy({ provide: Object.fromEntries([...Object.entries(provide), ['it', it]]) }, { it: need() })
    }
    expect(given).toHaveLength(2)
    for (const all of given) {
      expect(Object.getOwnPropertyDescriptor(all, name)?.value).toEqual({ mine: true })
      expect(Object.getPrototypeOf(all)).toBe(Object.prototype)
    }
  })

  it.each(['toString', '__proto__', 'constructor'])('a scope does not take %j for provided', async (name) => {
    await using orchestrator = await createOrchestrator({})
    const needs = Object.fromEntries([[name, need()]])
    expect(() => orchestrator.scope({ provide: { it: scoped(() => 1, { needs }) } })).toThrow(
      expect.objectContaining({ code: 'kernel.missing_need' }),
    )
  })

  it('refuses a need called then, which would make a promise of what holds it', async () => {
    const needs = withThen(need())
    await expect(heldBy({}, needs)).rejects.toMatchObject({
      code: 'agent.invalid_definition',
    })
  })
})
