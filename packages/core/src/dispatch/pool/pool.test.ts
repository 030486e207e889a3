import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../testing/doubles/manual-call.js'
import { Workbench } from '../../testing/doubles/workbench.js'
import { need } from '../../ports/index.js'
import { type AgentDefinition, agent, definitionOf, operation } from '../agent/index.js'
import { pool, type PoolMember, type PoolOptions } from './index.js'

const Query = z.object({ text: z.string() })
const Found = z.object({ by: z.string() })

function searching(name: string) {
  const find = operation({ input: Query, output: Found, description: `by ${name}`, run: () => ({ by: name }) })
  return agent(name, { find })
}
const a = searching('a')
const b = searching('b')

function definition(made: object): AgentDefinition {
  return definitionOf(made) ?? expect.unreachable()
}

describe('a pool', () => {
  it('has the operations of its members as its own', () => {
    const search = pool('search', [a, b])
    expect(search.find).toMatchObject({ agent: 'search', name: 'find', description: 'by a' })
    expect(search.find.contract.input).toBe(Query)
    expect(definition(search)).toMatchObject({ name: 'search', operations: { find: { agent: 'search' } } })
  })

  it('has the operations of all, and what each needs', () => {
    const indexing = operation({ needs: { db: need<object>() }, input: Query, output: Query, run: (input) => input })
    const mixed = pool('search', [a, agent('indexer', { index: indexing })])
    expect(Object.keys(mixed)).toEqual(['find', 'index'])
    expect(definition(mixed).requirements.map(({ name, needs }) => [name, Object.keys(needs)])).toEqual([
      ['a.find', []],
      ['indexer.index', ['db']],
    ])
  })

  it('answers as itself, whoever does the work', async () => {
    const bench = new Workbench()
    const work = definition(pool('search', [a, b], { strategy: 'round-robin' })).bind(bench.provision)
    const answers = ['first', 'second'].map(async (text) => {
      const message = bench.request({ payload: { text } })
      return work.answer(message, new ManualCall(message))
    })
    expect(await Promise.all(answers)).toMatchObject([{ payload: { by: 'a' } }, { payload: { by: 'b' } }])
    expect(work.capabilities()).toMatchObject({ operations: { find: { description: 'by a' } } })
    expect(Object.keys(work.capabilities().operations)).toEqual(['find'])
  })

  it('may be a member of another pool', () => {
    const bench = new Workbench()
    const outer = pool('all', [pool('inner', [a, b], { strategy: 'round-robin' })])
    const work = definition(outer).bind(bench.provision)
    const message = bench.request({ payload: { text: '' } })
    expect([1, 2].map(() => work.output(message, new ManualCall(message)))).toEqual([{ by: 'a' }, { by: 'b' }])
  })

  it('keeps its policy and groups for whoever puts it to work', () => {
    const own = { execute: <Result>(work: () => Promise<Result>) => work() }
    expect(definition(pool('search', [a], { policy: own as never, groups: ['finders'] }))).toMatchObject({
      policy: own,
      groups: ['finders'],
    })
  })

  it('tells an operation that nobody has from one that nobody can serve', () => {
    const work = definition(pool('search', [a])).bind(new Workbench().provision)
    const message = new Workbench().request({ operation: 'fnid' })
    expect(() => work.output(message, new ManualCall(message))).toThrow(
      'The agent search has no operation fnid; it has find.',
    )
  })
})

describe('a pool in a test', () => {
  const stub = () => ({ by: 'stub' })

  it('answers by the stub of its own operation', () => {
    const bench = new Workbench()
    const stubbed = definition(pool('search', [a, b])).withCode((one) => (one.agent === 'search' ? stub : undefined))
    const message = bench.request({ payload: { text: '' } })
    expect(stubbed.bind(bench.provision).output(message, new ManualCall(message))).toEqual({ by: 'stub' })
  })

  it('needs nothing for what is stubbed', () => {
    const needy = agent('c', {
      find: operation({ needs: { db: need<object>() }, input: Query, output: Found, run: () => ({ by: 'c' }) }),
    })
    const stubbed = definition(pool('search', [needy])).withCode((one) => (one.agent === 'search' ? stub : undefined))
    expect(stubbed.requirements).toEqual([{ name: 'c.find', needs: {} }])
  })

  it('otherwise has the members whose operations are stubbed answer by that', () => {
    const bench = new Workbench()
    const made = definition(pool('search', [a, b], { strategy: 'round-robin' }))
    const work = made.withCode((one) => (one.agent === 'b' ? stub : undefined)).bind(bench.provision)
    const message = bench.request({ payload: { text: '' } })
    expect([1, 2].map(() => work.output(message, new ManualCall(message)))).toEqual([{ by: 'a' }, { by: 'stub' }])
  })
})

describe('what is no pool', () => {
  it.each<[string, unknown, unknown, string]>([
    ['no members', [], {}, 'The pool search has no members.'],
    ['something else as its members', a, {}, 'cannot have an object as its members'],
    ['no agent as a member', [a, 5], {}, 'cannot have 5 as its members[1]'],
    ['an agent that was not taken in', [{ agent: { find: 1 } }], {}, 'cannot have an object as its members[0]'],
    ['a weight of nothing', [{ agent: a, weight: 0 }], {}, 'cannot have 0 as its members[0].weight'],
    ['no capacity', [{ agent: a, capacity: 0 }], {}, 'cannot have 0 as its members[0].capacity'],
    ['a misspelt option', [{ agent: a, wieght: 1 }], {}, 'none of that name: perhaps weight'],
    [
      'two members of one id',
      [
        { agent: a, id: 'x' },
        { agent: b, id: 'x' },
      ],
      {},
      'cannot have "x" as its member id',
    ],
    ['an unknown priority', [{ agent: a, minPriority: 'urgent' }], {}, `'low' or 'normal' or 'high' or 'critical'`],
    ['an unknown strategy', [a], { strategy: 'random' }, `cannot have "random" as its strategy`],
    ['a strategy without choose', [a], { strategy: { name: 'x' } }, 'cannot have an object as its strategy'],
    ['a key that nothing goes by', [a], { key: () => '' }, `it with strategy: 'consistent-hash', or not at all`],
    ['a panic above all', [a], { panicBelow: 2 }, 'cannot have 2 as its panicBelow'],
    ['a health that is no group', [a], { health: 5 }, 'cannot have 5 as its health'],
    ['a check that takes no time', [a], { health: { timeoutMs: 0 } }, 'cannot have 0 as its health.timeoutMs'],
    ['an ejection that shrinks', [a], { ejection: { growth: 0.5 } }, 'cannot have 0.5 as its ejection.growth'],
    ['a bound below the first', [a], { ejection: { forMs: 9, maxForMs: 5 } }, 'at least forMs, which is 9'],
    ['no policy as its policy', [a], { policy: {} }, 'The pool search has an object as its policy'],
  ])('has %s', (_what, members, options, sentence) => {
    const make = () => pool('search', members as readonly PoolMember[], options as PoolOptions)
    expect(make).toThrow(expect.objectContaining({ message: expect.stringContaining(sentence) }))
  })
})
