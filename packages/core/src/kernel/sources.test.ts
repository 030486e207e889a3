import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  bind,
  clock,
  createOrchestrator,
  definePlugin,
  need,
  type OrchestratorOptions,
  operation,
  perTenant,
  type Source,
  scoped,
  singleton,
  token,
  transient,
} from '../index.js'
import { ManualClock } from '../testing/doubles/manual-clock.js'

interface Numbered {
  readonly number: number
}

const numbered = { it: need<Numbered>(), again: need<Numbered>() }
const both = (_: unknown, { it, again }: { readonly it: Numbered; readonly again: Numbered }) => [
  it.number,
  again.number,
]
const holder = agent('holder', { hold: operation({ input: z.any(), output: z.any(), needs: numbered, run: both }) })
const nester = agent('nester', {
  nest: operation({
    input: z.any(),
    output: z.any(),
    needs: { it: need<Numbered>() },
    run: async (_, { it, ask }) => [it.number, ...((await ask(holder.hold, undefined)) as number[])],
  }),
})

function counting(): () => Numbered {
  let number = 0
  return () => ({ number: ++number })
}

async function heldTwice(source: Source<Numbered>): Promise<unknown[]> {
  const again = scoped(({ it }) => it, { needs: { it: need<Numbered>() } })
  await using orchestrator = await createOrchestrator({ agents: [holder], provide: { it: source, again } })
  return [await orchestrator.ask(holder.hold, undefined), await orchestrator.ask(holder.hold, undefined)]
}

describe('how long one instance serves', () => {
  it.each([
    ['a factory', counting],
    [
      'an async factory',
      () => {
        const next = counting()
        return async () => {
          await Promise.resolve()
          return next()
        }
      },
    ],
  ] as const)('made by %s: once, per request, or per use', async (_, factory) => {
    expect(await heldTwice(singleton(factory()))).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(await heldTwice(scoped(factory()))).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(await heldTwice(transient(factory()))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(await heldTwice(perTenant(factory()))).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  it('makes a class with what its deps say, by name and by port', async () => {
    const time = new ManualClock()
    class Repository {
      static readonly deps = { db: need<string>(), clock: need(clock) }
      readonly #deps: { readonly db: string; readonly clock: object }
      constructor(deps: { readonly db: string; readonly clock: object }) {
        this.#deps = deps
      }
      get number() {
        return this.#deps.db === 'db' && this.#deps.clock === time ? 7 : 0
      }
    }
    class Inheriting extends Repository {}
    for (const source of [singleton(Repository), scoped(Repository), transient(Inheriting)]) {
      await using orchestrator = await createOrchestrator({
        agents: [holder],
        ports: [bind(clock, time)],
        provide: { db: 'db', it: source, again: source },
      })
      expect(await orchestrator.ask(holder.hold, undefined)).toEqual([7, 7])
    }
  })

  it('shares what a request made with the requests within it', async () => {
    await using orchestrator = await createOrchestrator({
      agents: [holder, nester],
      provide: { it: scoped(counting()), again: scoped(counting()) },
    })
    expect(await orchestrator.ask(nester.nest, undefined)).toEqual([1, 1, 1])
    expect(await orchestrator.ask(nester.nest, undefined)).toEqual([2, 2, 2])
  })

  it('makes a scoped part once, however many ask for it at once', async () => {
    let made = 0
    const gate = Promise.withResolvers<void>()
    const slow = scoped(async () => {
      await gate.promise
      return { number: ++made }
    })
    await using orchestrator = await createOrchestrator({ agents: [holder], provide: { it: slow, again: slow } })
    await using scope = orchestrator.scope()
    const asked = Array.from({ length: 20 }, () => scope.ask(holder.hold, undefined))
    gate.resolve()
    expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['1,2']))
  })

  it('tries again what could not be made', async () => {
    let tries = 0
    const flaky = scoped(() => {
      if (++tries === 1) throw new RangeError('not yet')
      return { number: tries }
    })
    await using orchestrator = await createOrchestrator({
      agents: [holder],
      provide: { it: flaky, again: { number: 0 } },
    })
    await using scope = orchestrator.scope()
    await expect(scope.ask(holder.hold, undefined)).rejects.toMatchObject({
      code: 'kernel.part_not_made',
      details: { part: 'provide.it' },
      cause: new RangeError('not yet'),
    })
    expect(await scope.ask(holder.hold, undefined)).toEqual([2, 0])
  })

  it('closes what it makes as its source says, or as it offers itself, callable things too', async () => {
    const closed: string[] = []
    const callable = Object.assign(() => 1, {
      number: 1,
      [Symbol.asyncDispose]: async () => void closed.push('callable'),
    })
    const own = { number: 2, [Symbol.dispose]: () => closed.push('not asked') }
    const orchestrator = await createOrchestrator({
      agents: [holder],
      provide: { it: singleton(() => callable), again: singleton(() => own, { close: () => void closed.push('own') }) },
    })
    await orchestrator.close()
    expect(closed).toEqual(['own', 'callable'])
  })

  it('leaves alone what the host provides ready, handed on by a factory too', async () => {
    const closed: string[] = []
    const ready = { number: 1, [Symbol.asyncDispose]: async () => void closed.push('ready') }
    const needs = { it: need<Numbered>() }
    for (const again of [ready, singleton(({ it }) => it, { needs }), scoped(({ it }) => it, { needs })]) {
      const orchestrator = await createOrchestrator({ agents: [holder], provide: { it: ready, again } })
      await orchestrator.ask(holder.hold, undefined)
      await orchestrator.close()
      expect(closed).toEqual([])
    }
  })
})

describe('what cannot be assembled', () => {
  const create = (options: object) => createOrchestrator(options as OrchestratorOptions)
  const make = () => 1
  const port = token<number>('test.port')

  it('a class that does not say what it needs', () => {
    class Silent {}
    for (const source of [singleton, scoped, transient]) {
      expect(() => source(Silent as never)).toThrow(expect.objectContaining({ code: 'kernel.invalid_part' }))
      expect(() => source({} as never)).toThrow(/cannot be made by/)
    }
    expect(() => perTenant({} as never)).toThrow(/cannot be made by perTenant/)
  })

  it('a class whose deps are no needs', async () => {
    class Wrong {
      static readonly deps = { db: Map as never }
    }
    class Undecided {
      static readonly deps = undefined as never
    }
    await expect(create({ provide: { it: singleton(Wrong) } })).rejects.toThrow(
      /The need db is function Map, not a need/,
    )
    await expect(create({ provide: { it: singleton(Undecided) } })).rejects.toMatchObject({
      code: 'kernel.invalid_part',
    })
  })

  it('a need that nobody meets, with who needs it', async () => {
    const provide = {
      top: singleton(make, { needs: { middle: need() } }),
      middle: singleton(make, { needs: { database: need() } }),
      databse: 1,
    }
    await expect(create({ provide })).rejects.toMatchObject({
      code: 'kernel.missing_need',
      details: { need: 'database', path: ['provide.top', 'provide.middle'], nearest: 'databse' },
    })
    await expect(create({ agents: [holder], provide: { it: 1, Again: 1 } })).rejects.toMatchObject({
      details: { need: 'again', path: ['holder.hold'], nearest: 'Again' },
    })
    await expect(create({ provide: { it: scoped(make, { needs: { far: need(port) } }) } })).rejects.toMatchObject({
      details: { need: 'the port test.port', path: ['provide.it'], nearest: undefined },
      remedy: expect.stringContaining('bind('),
    })
  })

  it('needs in a circle, with the path, also of what is made later', async () => {
    for (const source of [singleton, scoped, transient]) {
      const provide = {
        start: source(make, { needs: { a: need() } }),
        a: source(make, { needs: { b: need() } }),
        b: source(make, { needs: { a: need() } }),
      }
      await expect(create({ provide })).rejects.toMatchObject({
        code: 'kernel.circular_need',
        details: { path: ['provide.a', 'provide.b', 'provide.a'] },
      })
    }
    await expect(create({ provide: { me: scoped(make, { needs: { me: need() } }) } })).rejects.toMatchObject({
      details: { path: ['provide.me', 'provide.me'] },
    })
  })

  it('what lives long and needs what lives shorter', async () => {
    const short = { scope: scoped(make), use: transient(make), tenant: perTenant(make) }
    for (const [lifetime, source] of Object.entries(short)) {
      const provide = { short: source, long: singleton(make, { needs: { short: need() } }) }
      await expect(create({ provide })).rejects.toMatchObject({
        code: 'kernel.captive_need',
        details: { holder: 'provide.long', need: 'short', lifetime },
      })
      const plugin = definePlugin('holding', { needs: { it: need(port) }, start() {} })
      await expect(create({ ports: [bind(port, source)], plugins: [plugin()] })).rejects.toMatchObject({
        details: { holder: 'plugin holding', need: 'the port test.port', lifetime },
      })
    }
  })

  it('what is provided twice', async () => {
    const named = (name: string) => definePlugin(name, { provides: [port], start: ({ provide }) => provide(port, 1) })()
    await expect(create({ plugins: [named('one'), named('two')] })).rejects.toMatchObject({
      code: 'kernel.duplicate_provider',
      details: { what: 'the port test.port', providers: ['plugin one', 'plugin two'] },
    })
    await expect(create({ plugins: [named('one'), named('one')] })).rejects.toMatchObject({
      code: 'kernel.duplicate_provider',
      details: { what: 'The plugin name one' },
    })
    await expect(create({ ports: [bind(port, 1), bind(port, 2)] })).rejects.toMatchObject({
      code: 'kernel.duplicate_provider',
    })
  })
})
