import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  clock,
  createOrchestrator,
  definePlugin,
  need,
  operation,
  perTenant,
  scoped,
  singleton,
  transient,
} from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'

const reader = agent('reader', {
  read: operation({
    input: z.any(),
    output: z.any(),
    needs: { db: need<string>(), repository: need<string>() },
    run: (_, { db, repository }) => `${db} ${repository}`,
  }),
})
const repository = scoped(({ db }) => `of ${db}`, { needs: { db: need<string>() } })

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'none',
    (failure: unknown) => failure,
  )
}

function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('what a scope provides itself', () => {
  it('is seen there alone, by what is made there too', async () => {
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository } })
    await using scope = orchestrator.scope({ provide: { db: 'own' } })
    await using made = orchestrator.scope({ provide: { db: singleton(async () => 'made') } })
    expect(await scope.ask(reader.read, undefined)).toBe('own of own')
    expect(await made.ask(reader.read, undefined)).toBe('made of made')
    expect(await orchestrator.ask(reader.read, undefined)).toBe('main of main')
  })

  it('is not seen by what lives longer', async () => {
    const long = singleton(({ db }) => `of ${db}`, { needs: { db: need<string>() } })
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository: long } })
    await using scope = orchestrator.scope({ provide: { db: 'own' } })
    expect(await scope.ask(reader.read, undefined)).toBe('own of main')
  })

  it('is made once in the scope if it is a singleton there, and closed with it', async () => {
    const seen: string[] = []
    const make = () => {
      seen.push('made')
      return 'x'
    }
    const close = () => void seen.push('closed')
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository } })
    const scope = orchestrator.scope({ provide: { db: singleton(make, { close }) } })
    await scope.ask(reader.read, undefined)
    await scope.ask(reader.read, undefined)
    expect(seen).toEqual(['made'])
    await scope.close()
    expect(seen).toEqual(['made', 'closed'])
  })

  it('is a tenant’s own even where the orchestrator has one for that tenant under the same name', async () => {
    const db = perTenant((tenant) => `main ${tenant}`)
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db, repository: 'r' } })
    await using scope = orchestrator.scope({ tenant: 'acme', provide: { db: perTenant((tenant) => `own ${tenant}`) } })
    expect(await orchestrator.tenant('acme').ask(reader.read, undefined)).toBe('main acme r')
    expect(await scope.ask(reader.read, undefined)).toBe('own acme r')
    expect(await orchestrator.tenant('acme').ask(reader.read, undefined)).toBe('main acme r')
  })

  it.each([scoped, transient, singleton])(
    'must not need itself in a circle, which would never be made (%#)',
    async (source) => {
      await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository } })
      const db = source(() => 'x', { needs: { repository: need<string>() } })
      expect(() => orchestrator.scope({ provide: { db } })).toThrow(
        expect.objectContaining({
          code: 'kernel.circular_need',
          details: { path: ['provide.db', 'provide.repository', 'provide.db'] },
        }),
      )
      expect(() => orchestrator.scope({ provide: { a: source(() => 1, { needs: { a: need() } }) } })).toThrow(
        /provide.a -> provide.a/,
      )
    },
  )

  it('may need what lives longer and was made with the orchestrator’s own part of that name', async () => {
    const long = singleton(({ db }) => `of ${db}`, { needs: { db: need<string>() } })
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository: long } })
    const db = scoped((all) => `own, ${all.repository}`, { needs: { repository: need<string>() } })
    await using scope = orchestrator.scope({ provide: { db } })
    expect(await scope.ask(reader.read, undefined)).toBe('own, of main of main')
  })

  it('must find what it needs, there or in the orchestrator', async () => {
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db: 'main', repository } })
    const needing = (name: string) => scoped(() => 1, { needs: { [name]: need() } })
    expect(() => orchestrator.scope({ provide: { a: needing('nowhere') } })).toThrow(/Nobody provides nowhere/)
    expect(() => orchestrator.scope({ provide: { a: needing('b'), b: needing('d'), d: 1 } })).not.toThrow()
    expect(() => orchestrator.scope({ provide: { a: needing('own'), owm: 1 } })).toThrow(/Did you mean owm/)
  })
})

describe('closing a scope', () => {
  it('closes what it made, last made first, and nothing twice', async () => {
    const closed: string[] = []
    const closing = (name: string, needs = {}) => scoped(() => name, { needs, close: (part) => void closed.push(part) })
    await using orchestrator = await createOrchestrator({
      agents: [reader],
      provide: { db: closing('db'), repository: closing('repository', { db: need() }) },
    })
    const scope = orchestrator.scope()
    await scope.ask(reader.read, undefined)
    await Promise.all([scope.close(), scope.close(), scope[Symbol.asyncDispose]()])
    expect(closed).toEqual(['repository', 'db'])
    await expect(scope.ask(reader.read, undefined)).rejects.toMatchObject({ code: 'kernel.scope_closed' })
    expect(closed).toEqual(['repository', 'db'])
  })

  it.each([
    ['once', scoped],
    ['for each use', transient],
  ])('waits for what is being made %s, and closes that too', async (_, source) => {
    const gate = Promise.withResolvers<string>()
    const closed: string[] = []
    let told: AbortSignal | undefined
    const db = source(
      (_needs: object, { signal }) => {
        told = signal
        return gate.promise
      },
      { close: (part) => void closed.push(part) },
    )
    await using orchestrator = await createOrchestrator({ agents: [reader], provide: { db, repository: 'r' } })
    const scope = orchestrator.scope()
    const asked = scope.ask(reader.read, undefined)
    const failed = failureOf(asked)
    await turns()
    const closing = scope.close()
    expect(told?.aborted).toBe(true)
    gate.resolve('late')
    await closing
    expect(closed).toEqual(['late'])
    expect(await failed).toMatchObject({ code: 'kernel.scope_closed' })
  })

  it('does not wait for ever: what comes too late is closed when it comes', async () => {
    const time = new ManualClock()
    const gate = Promise.withResolvers<string>()
    const closed: string[] = []
    const db = scoped(() => gate.promise, { close: (part) => void closed.push(part) })
    await using orchestrator = await createOrchestrator({
      agents: [reader],
      ports: [bind(clock, time)],
      provide: { db, repository: 'r' },
      settings: { kernel: { stopTimeoutMs: 500 }, logging: { level: 'silent' } },
    })
    const scope = orchestrator.scope()
    scope.ask(reader.read, undefined).catch(() => {})
    await turns()
    const closing = failureOf(scope.close())
    await turns()
    time.advance(500)
    expect(await closing).toMatchObject({ code: 'kernel.close_failed' })
    expect(closed).toEqual([])
    gate.resolve('late')
    await turns()
    expect(closed).toEqual(['late'])
  })

  it('tells how the request ended: to commit, or to roll back', async () => {
    const told: unknown[] = []
    const db = scoped(() => 'tx', { close: (_, { failure }) => void told.push(failure) })
    const broken = agent('broken', {
      read: operation({
        needs: { db: need<string>() },
        input: z.any(),
        output: z.any(),
        run: () => {
          throw new Error('broken')
        },
      }),
    })
    await using orchestrator = await createOrchestrator({ agents: [reader, broken], provide: { db, repository: 'r' } })
    await orchestrator.ask(reader.read, undefined)
    await failureOf(orchestrator.ask(broken.read, undefined))
    expect(told).toMatchObject([undefined, { code: 'agent.failed' }])
  })

  it('is done by the orchestrator’s close if nobody did it, before what the scope uses is closed', async () => {
    const closed: string[] = []
    const base = singleton(() => 'base', { close: () => void closed.push('base') })
    const transaction = scoped(() => 'tx', { needs: { base: need() }, close: () => void closed.push('transaction') })
    const orchestrator = await createOrchestrator({
      agents: [reader],
      provide: { base, db: transaction, repository: 'r' },
    })
    await orchestrator.scope().ask(reader.read, undefined)
    await orchestrator.close()
    expect(closed).toEqual(['transaction', 'base'])
    const after = orchestrator.scope()
    await expect(after.ask(reader.read, undefined)).rejects.toMatchObject({ code: 'dispatch.closed' })
    expect(closed).toEqual(['transaction', 'base'])
  })

  it('makes nothing for an abandoned request that first needs it after the close', async () => {
    const gate = Promise.withResolvers<void>()
    let made = 0
    const slow = agent('slow', {
      go: operation({
        input: z.any().refine(() => gate.promise.then(() => true)),
        output: z.any(),
        needs: { db: need<number>() },
        run: () => 1,
      }),
    })
    const orchestrator = await createOrchestrator({ agents: [slow], provide: { db: scoped(() => ++made) } })
    const abandoned = failureOf(orchestrator.ask(slow.go, 1))
    await orchestrator.close({ drainMs: 0 })
    expect(await abandoned).toMatchObject({ code: 'call.cancelled' })
    gate.resolve()
    await turns()
    expect(made).toBe(0)
  })

  it('comes, for a request that the close abandons, before what it uses is closed', async () => {
    const closed: string[] = []
    const time = new ManualClock()
    const base = definePlugin('base', { start: () => () => void closed.push('base') })
    const db = scoped(() => 'tx', {
      close: async () => {
        await turns()
        closed.push('transaction')
      },
    })
    const stuck = agent('stuck', {
      hang: operation({
        input: z.any(),
        output: z.any(),
        needs: { db: need<string>() },
        run: () => new Promise(() => {}),
      }),
    })
    const orchestrator = await createOrchestrator({
      agents: [stuck],
      plugins: [base()],
      ports: [bind(clock, time)],
      provide: { db },
    })
    const asked = failureOf(orchestrator.ask(stuck.hang, undefined))
    await turns()
    const closing = orchestrator.close({ drainMs: 100 })
    time.advance(100)
    await closing
    expect(await asked).toMatchObject({ code: 'call.cancelled' })
    expect(closed).toEqual(['transaction', 'base'])
  })
})
