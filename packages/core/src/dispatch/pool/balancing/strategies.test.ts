import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../../testing/doubles/manual-call.js'
import { Workbench } from '../../../testing/doubles/workbench.js'
import { agent, definitionOf, operation } from '../../agent/index.js'
import { type Candidate, type MemberOptions, pool, type PoolOptions } from '../index.js'

const anything = z.object({})

function put(names: Readonly<Record<string, Omit<MemberOptions, 'agent'>>>, options: PoolOptions, seed = 1) {
  const bench = new Workbench({ seed })
  const members = Object.entries(names).map(([name, more]) => ({
    ...more,
    agent: agent(name, { find: operation({ input: anything, output: anything, run: bench.holding(name) }) }),
  }))
  const work = definitionOf(pool('search', members, options))?.bind(bench.provision)
  if (work === undefined) expect.unreachable()
  const ask = (init: Parameters<Workbench['request']>[0] = {}) => {
    const message = bench.request(init)
    const call = new ManualCall(message)
    const outcome = Promise.resolve(work.output(message, call))
    outcome.catch(() => {})
    return { by: bench.began.at(-1), call, outcome }
  }
  const finish = async (by: string, afterMs = 0) => {
    bench.clock.advance(afterMs)
    bench.workOf(by)?.done()
    await settled()
  }
  return { bench, work, ask, finish }
}

/** All that is ready has been done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

describe('round robin', () => {
  it('takes one after the other, whatever they weigh', () => {
    const { ask } = put({ a: { weight: 9 }, b: {}, c: {} }, { strategy: 'round-robin' })
    expect(Array.from({ length: 7 }, () => ask().by).join('')).toBe('abcabca')
  })
})

describe('weighted', () => {
  it('spreads the turns of the heavy between those of the light, as nginx does', () => {
    const { ask } = put({ a: { weight: 5 }, b: {}, c: {} }, { strategy: 'weighted' })
    expect(Array.from({ length: 14 }, () => ask().by).join('')).toBe('aabacaaaabacaa')
  })
})

describe('least loaded', () => {
  it('takes whoever has the least under way for its weight', () => {
    const { ask } = put({ a: { weight: 2 }, b: {} }, { strategy: 'least-loaded' })
    const chosen = Array.from({ length: 6 }, () => ask().by)
    expect(chosen.filter((by) => by === 'a')).toHaveLength(4)
  })

  it('does not give all to the first of equals', async () => {
    const { ask, finish } = put({ a: {}, b: {}, c: {} }, { strategy: 'least-loaded' })
    const chosen: string[] = []
    for (let index = 0; index < 6; index++) {
      const { by = '' } = ask()
      chosen.push(by)
      await finish(by)
    }
    expect(chosen.toSorted().join('')).toBe('aabbcc')
  })
})

describe('adaptive', () => {
  it('is what a pool does unless told otherwise', async () => {
    const { ask, finish } = put({ fast: {}, slow: {} }, {})
    for (let round = 0; round < 4; round++) {
      ask()
      ask()
      await finish('fast', 1)
      await finish('slow', 50)
    }
    const chosen: unknown[] = []
    for (let index = 0; index < 20; index++) {
      const { by = '' } = ask()
      chosen.push(by)
      await finish(by, by === 'slow' ? 50 : 1)
    }
    expect(chosen.filter((by) => by === 'slow')).toHaveLength(0)
  })

  it('tries the slow one again when it has not been measured for long', async () => {
    const { ask, finish, bench } = put({ fast: {}, slow: {} }, {})
    ask()
    ask()
    await finish('fast', 5)
    await finish('slow', 95)
    expect(ask().by).toBe('fast')
    await finish('fast', 5)
    const chosen: unknown[] = []
    for (let second = 0; second < 60; second++) {
      const { by = '' } = ask()
      chosen.push(by)
      await finish(by, 5)
      bench.clock.advance(995)
    }
    // After some time it is given a chance; by then it is fast, and keeps it.
    expect(chosen.indexOf('slow')).toBeGreaterThan(20)
    expect(chosen.filter((by) => by === 'slow').length).toBeGreaterThan(5)
  })

  it('leaves alone at once who has just been slow', async () => {
    const { ask, finish } = put({ a: {}, b: {} }, {})
    ask()
    ask()
    await finish('a', 10)
    await finish('b', 0)
    const { by: slow = '' } = ask()
    await finish(slow, 60)
    for (let call = 0; call < 5; call++) {
      const { by = '' } = ask()
      expect(by).not.toBe(slow)
      await finish(by)
    }
  })

  it('holds against a member what an abandoned call took so far', async () => {
    const { ask, finish, bench } = put({ a: {}, b: {} }, {})
    const one = ask()
    const other = ask()
    await finish(String(one.by), 10)
    // Its call hangs, and whoever waited leaves after a second.
    bench.clock.advance(1_000)
    other.call.stop(new DOMException('gone', 'AbortError'))
    for (let index = 0; index < 10; index++) {
      const { by = '' } = ask()
      expect(by).toBe(one.by)
      await finish(by, 10)
    }
  })

  it('does not take a call that failed at once for a fast one', async () => {
    const { ask, finish, bench } = put({ a: {}, b: {} }, { ejection: false })
    ask()
    ask()
    await finish('a', 10)
    await finish('b', 20)
    for (let index = 0; index < 10; index++) {
      const { by = '' } = ask()
      expect(by).toBe('a')
      bench.clock.advance(10)
      bench.workOf('a')?.done()
      await settled()
    }
    const both = [ask(), ask(), ask()]
    bench.workOf('b')?.failed(new TypeError('broken'))
    await settled()
    expect(both.map(({ by }) => by)).toContain('b')
    bench.workOf('a')?.done()
    await settled()
    expect(ask().by).toBe('a')
  })
})

describe('consistent hash', () => {
  const names = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`m${index}`, {}]))

  it('takes equal sessions to the same member', async () => {
    const { ask, finish } = put(names, { strategy: 'consistent-hash' })
    for (const session of ['x', 'y', 'z']) {
      const { by = '' } = ask({ session })
      await finish(by)
      const again = ask({ session })
      expect(again.by).toBe(by)
      await finish(by)
    }
  })

  it('goes by the key that it is told', async () => {
    const { ask, finish } = put(names, { strategy: 'consistent-hash', key: ({ operation: key }) => key })
    const { by = '' } = ask({ session: 'x' })
    await finish(by)
    expect(ask({ session: 'y' }).by).toBe(by)
  })

  it('takes a key elsewhere as long as its member has more than its share under way', () => {
    const { ask } = put(names, { strategy: 'consistent-hash' })
    const chosen = Array.from({ length: 20 }, () => ask({ session: 'popular' }).by)
    const most = Math.max(...Object.keys(names).map((name) => chosen.filter((by) => by === name).length))
    expect(most).toBeLessThanOrEqual(Math.ceil((1.25 * 20) / 5))
  })
})

describe('what is known of the latency of a member', () => {
  const watched = () => {
    let latencyMs = 0
    const choose = ([only]: readonly Candidate[]) => {
      latencyMs = only?.latencyMs ?? 0
      return only as Candidate
    }
    const rig = put({ a: {} }, { strategy: { name: 'watching', choose } })
    const take = async (ms: number) => {
      rig.ask()
      await rig.finish('a', ms)
    }
    const latency = () => {
      rig.ask().call.stop('left')
      return latencyMs
    }
    return { ...rig, take, latency }
  }

  it('rises at once to a peak, and comes down slowly', async () => {
    const { take, latency } = watched()
    for (let call = 0; call < 10; call++) await take(10)
    expect(latency()).toBe(10)
    await take(1_000)
    expect(latency()).toBe(1_000)
    await take(10)
    expect(latency()).toBeGreaterThan(700)
  })

  it('is not made better by calls that were given up early', async () => {
    const { take, latency, ask, bench } = watched()
    await take(500)
    for (let call = 0; call < 20; call++) {
      const { call: one } = ask()
      bench.clock.advance(1)
      one.stop('left')
    }
    expect(latency()).toBe(500)
  })
})

describe('an own strategy', () => {
  it('is given who can serve, and the message', () => {
    const seen: unknown[] = []
    const choose = (candidates: readonly Candidate[], { session }: { readonly session?: string | undefined }) => {
      seen.push([candidates.map(({ id }) => id), session])
      return candidates.at(-1) as Candidate
    }
    const { ask } = put({ a: {}, b: { capacity: 1 } }, { strategy: { name: 'last', choose } })
    expect([ask({ session: 's' }).by, ask().by]).toEqual(['b', 'a'])
    expect(seen).toEqual([
      [['a', 'b'], 's'],
      [['a'], undefined],
    ])
  })

  it('is told when it chooses somebody else', async () => {
    const choose = () => ({ id: 'me' }) as Candidate
    const { bench, work } = put({ a: {} }, { strategy: { name: 'odd', choose } })
    const message = bench.request()
    expect(() => work.output(message, new ManualCall(message))).toThrow(
      'The strategy odd of the pool search chose an object, which is no candidate.',
    )
  })

  it('cannot change from what others are chosen', () => {
    const choose = (candidates: readonly Candidate[]) => (candidates as Candidate[]).pop() as Candidate
    const { ask } = put({ a: {}, b: {} }, { strategy: { name: 'greedy', choose } })
    expect(() => [ask(), ask(), ask()]).not.toThrow()
  })
})
