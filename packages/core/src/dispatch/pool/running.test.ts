import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../testing/doubles/manual-call.js'
import { Workbench } from '../../testing/doubles/workbench.js'
import { type AgentProtocol, need, reply } from '../../ports/index.js'
import { adapt, agent, definitionOf, operation } from '../agent/index.js'
import { pool, poolHandleOf, type PoolOptions } from './index.js'

const anything = z.object({})

function put(names: readonly string[], options: PoolOptions = {}) {
  const bench = new Workbench()
  const closed: string[] = []
  const member = (name: string) => {
    const hold = bench.holding(name)
    const protocol: AgentProtocol = {
      name,
      capabilities: () => ({ operations: {} }),
      process: async (message, call) => reply(message, await hold(), call),
      close: () => void closed.push(name),
    }
    return adapt(protocol, { find: { input: anything, output: anything } })
  }
  const made = pool(
    'search',
    names.map((name) => member(name)),
    { strategy: 'round-robin', ...options },
  )
  const work = definitionOf(made)?.bind(bench.provision)
  const handle = work && poolHandleOf(work)
  if (work === undefined || handle === undefined) expect.unreachable()
  const ask = () => {
    const message = bench.request()
    const call = new ManualCall(message)
    const outcome = (async () => work.output(message, call))()
    outcome.catch(() => {})
    return { by: bench.began.at(-1) ?? '', outcome, call }
  }
  const end = async (by: string, error?: unknown) => {
    if (error === undefined) bench.workOf(by)?.done()
    else bench.workOf(by)?.failed(error)
    await settled()
  }
  const states = () => Object.fromEntries(handle.members.map(({ id, state }) => [id, state]))
  return { bench, work, handle, ask, end, states, member, closed }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

const broken = new TypeError('broken')

/** Has a member fail so often in a row. */
async function failing(rig: ReturnType<typeof put>, name: string, times: number) {
  for (let failures = 0; failures < times; ) {
    const { by } = rig.ask()
    await rig.end(by, by === name ? broken : undefined)
    if (by === name) failures++
  }
}

describe('joining', () => {
  it('serves from then on, at first with a small share', async () => {
    const rig = put(['a'], { strategy: 'weighted', slowStartMs: 10_000 })
    expect(rig.handle.join(rig.member('b'))).toBe('b')
    expect(rig.states()).toEqual({ a: 'serving', b: 'warming' })
    const share = () => Array.from({ length: 110 }, () => rig.ask().by).filter((by) => by === 'b').length
    expect(share()).toBe(10)
    rig.bench.clock.advance(5_000)
    expect(share()).toBeGreaterThan(30)
    rig.bench.clock.advance(5_000)
    expect(share()).toBeGreaterThan(50)
    expect(rig.states()).toEqual({ a: 'serving', b: 'serving' })
    expect(rig.bench.events.of('member.joined')).toMatchObject([{ pool: 'search', member: 'b' }])
  })

  it('is given an id that no other has', () => {
    const rig = put(['a', 'a'])
    expect(rig.handle.join(rig.member('a'))).toBe('a-3')
    expect(rig.handle.members.map(({ id }) => id)).toEqual(['a', 'a-2', 'a-3'])
    expect(() => rig.handle.join({ agent: rig.member('a'), id: 'a' })).toThrow('an id that no other member has')
  })

  it('is taken to be as fast as the middle one, not faster than all', async () => {
    const rig = put(['a', 'b'], { strategy: 'adaptive', slowStartMs: 0 })
    for (let round = 0; round < 10; round++) {
      const { by } = rig.ask()
      rig.bench.clock.advance(20)
      await rig.end(by)
    }
    rig.handle.join(rig.member('c'))
    const share = Array.from({ length: 30 }, () => rig.ask().by).filter((by) => by === 'c').length
    expect(share).toBeGreaterThan(5)
    expect(share).toBeLessThan(15)
  })

  it('is refused to what needs things that are not there', () => {
    const rig = put(['a'])
    rig.bench.provision.constants = () => undefined
    const needy = agent('needy', {
      find: operation({ needs: { db: need<object>() }, input: anything, output: anything, run: () => ({}) }),
    })
    expect(() => rig.handle.join(needy)).toThrow('needy cannot join the pool search: it needs db for needy.find.')
  })
})

describe('leaving', () => {
  it('takes no more calls, ends those it has, and closes', async () => {
    const rig = put(['a', 'b'])
    rig.ask()
    let isGone = false
    const leaving = rig.handle.leave('a').then(() => {
      isGone = true
    })
    expect([rig.ask().by, rig.ask().by]).toEqual(['b', 'b'])
    await settled()
    expect([isGone, rig.closed]).toEqual([false, []])
    expect(rig.states()).toEqual({ a: 'draining', b: 'serving' })
    await rig.end('a')
    await leaving
    expect(rig.closed).toEqual(['a'])
    expect(rig.states()).toEqual({ b: 'serving' })
    expect(rig.bench.events.of('member.left')).toMatchObject([{ member: 'a' }])
    expect(rig.bench.clock.pending).toBe(0)
  })

  it('waits no longer than it is told', async () => {
    const rig = put(['a', 'b'])
    rig.ask()
    const leaving = rig.handle.leave('a', { drainMs: 500 })
    rig.bench.clock.advance(499)
    await settled()
    expect(rig.closed).toEqual([])
    rig.bench.clock.advance(1)
    await leaving
    expect(rig.closed).toEqual(['a'])
    // What it was doing may still end.
    await rig.end('a')
  })

  it('names who there is when there is no such member', async () => {
    const rig = put(['a', 'b'])
    await expect(rig.handle.leave('c')).rejects.toThrow('The pool search has no member c; it has a, b.')
    await expect(rig.handle.leave('a', { drainMs: -1 })).rejects.toThrow('cannot have -1 as its drainMs')
  })
})

describe('outcomes', () => {
  it('eject a member after so many failures in a row, for a while, and bring it back slowly', async () => {
    const rig = put(['a', 'b'], { ejection: { consecutive: 3, forMs: 1_000, jitter: 0 }, slowStartMs: 500 })
    await failing(rig, 'a', 3)
    expect(rig.handle.members[0]).toMatchObject({ state: 'ejected', because: '3 failures in a row', failures: 3 })
    expect([rig.ask().by, rig.ask().by, rig.ask().by]).toEqual(['b', 'b', 'b'])
    rig.bench.clock.advance(1_000)
    expect(rig.states()).toEqual({ a: 'warming', b: 'serving' })
    expect([rig.ask().by, rig.ask().by].toSorted()).toEqual(['a', 'b'])
    expect(rig.bench.events.of('member.ejected')).toMatchObject([{ member: 'a', ejectedMs: 1_000 }])
    expect(rig.bench.events.of('member.restored')).toMatchObject([{ member: 'a' }])
  })

  it('eject longer each time, up to a bound, until the member has done well', async () => {
    const ejection = { consecutive: 2, forMs: 1_000, maxForMs: 3_000, jitter: 0 }
    const rig = put(['a', 'b'], { ejection, slowStartMs: 0 })
    for (let times = 0; times < 3; times++) {
      await failing(rig, 'a', 2)
      rig.bench.clock.advance(rig.bench.events.of('member.ejected').at(-1)?.ejectedMs ?? 0)
    }
    rig.bench.clock.advance(60_000)
    await failing(rig, 'a', 2)
    const lengths = rig.bench.events.of('member.ejected').map(({ ejectedMs }) => ejectedMs)
    expect(lengths).toEqual([1_000, 2_000, 3_000, 1_000])
  })

  it('add some chance to the time, so that not all come back at once', async () => {
    const rig = put(['a', 'b', 'c', 'd'], { ejection: { consecutive: 1, forMs: 1_000, jitter: 0.5 } })
    await failing(rig, 'a', 1)
    await failing(rig, 'b', 1)
    const [one = 0, other = 0] = rig.bench.events.of('member.ejected').map(({ ejectedMs }) => ejectedMs)
    for (const ms of [one, other]) expect(ms).toBeGreaterThanOrEqual(1_000)
    for (const ms of [one, other]) expect(ms).toBeLessThan(1_500)
    expect(one).not.toBe(other)
  })

  it('eject who fails far more often than the others, and not who fails as all do', async () => {
    const options = { ejection: { consecutive: 1_000, minimum: 10, aboveOthers: 0.3 } }
    const worse = put(['a', 'b', 'c'], options)
    for (let index = 0; index < 60; index++) {
      const { by } = worse.ask()
      await worse.end(by, by === 'a' && index % 2 === 0 ? broken : undefined)
    }
    expect(worse.states()).toMatchObject({ a: 'ejected', b: 'serving' })
    expect(worse.handle.members[0]?.because).toMatch(/^\d+ % of its last \d+ calls failed, of the others' 0 %$/)

    const alike = put(['a', 'b', 'c'], options)
    for (let index = 0; index < 60; index++) {
      const { by } = alike.ask()
      await alike.end(by, Math.floor(index / 3) % 2 === 0 ? broken : undefined)
    }
    expect(alike.states()).toEqual({ a: 'serving', b: 'serving', c: 'serving' })
  })

  it('do not eject for what the request is at fault for, or for who stopped waiting', async () => {
    const rig = put(['a', 'b'], { ejection: { consecutive: 1 } })
    for (const error of [Object.assign(new Error('bad'), { status: 400 }), new DOMException('gone', 'AbortError')]) {
      const { by } = rig.ask()
      await rig.end(by, error)
    }
    rig.ask().call.stop('left')
    expect(rig.states()).toEqual({ a: 'serving', b: 'serving' })
  })

  it.each([
    [2, 0.1, 1],
    [4, 0.5, 2],
    [5, 0.5, 2],
    [4, 1, 3],
    [1, 1, 0],
  ])('of %i members, with a largest share of %f, eject %i at most: one must be left', async (count, maxShare, most) => {
    const names = Array.from({ length: count }, (_, index) => `m${index}`)
    const rig = put(names, { ejection: { consecutive: 1, maxShare } })
    for (let index = 0; index < 20; index++) {
      const { by } = rig.ask()
      await rig.end(by, broken)
    }
    expect(Object.values(rig.states()).filter((state) => state === 'ejected')).toHaveLength(most)
  })

  it('are overlooked when too few are left, where that is wanted', async () => {
    const rig = put(['a', 'b', 'c', 'd'], { ejection: { consecutive: 1 }, panicBelow: 0.6 })
    await failing(rig, 'a', 1)
    const three = Array.from({ length: 6 }, () => rig.ask().by)
    expect(new Set(three)).toEqual(new Set(['b', 'c', 'd']))
    for (const by of three) await rig.end(by)
    await failing(rig, 'b', 1)
    expect(new Set(Array.from({ length: 8 }, () => rig.ask().by))).toEqual(new Set(['a', 'b', 'c', 'd']))
    rig.handle.eject('a')
    expect(Array.from({ length: 8 }, () => rig.ask().by)).not.toContain('a')
  })
})

describe('by hand', () => {
  it('a member that is restored gets little at first, at once', () => {
    const rig = put(['a', 'b'], { strategy: 'adaptive' })
    expect(new Set([rig.ask().by, rig.ask().by])).toEqual(new Set(['a', 'b']))
    rig.handle.eject('a')
    rig.handle.restore('a')
    expect(Array.from({ length: 5 }, () => rig.ask().by).join('')).toBe('bbbbb')
  })

  it('a member is ejected, and restored', () => {
    const rig = put(['a', 'b'])
    rig.handle.eject('a')
    expect(rig.handle.members[0]).toMatchObject({ state: 'ejected', because: 'ejected by hand' })
    rig.bench.clock.advance(10_000_000)
    expect(rig.ask().by).toBe('b')
    rig.handle.restore('a')
    expect([rig.ask().by, rig.ask().by].toSorted()).toEqual(['a', 'b'])
    expect(() => rig.handle.eject('a', 0)).toThrow('cannot have 0 as its forMs')
    expect(() => rig.handle.eject('x')).toThrow('no member x')
  })
})
