import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../testing/doubles/manual-call.js'
import { Workbench } from '../../testing/doubles/workbench.js'
import { agent, definitionOf, operation } from '../agent/index.js'
import { bulkhead, circuitBreaker, policy, policyFailure, timeout } from '../resilience/index.js'
import { type MemberOptions, pool, poolFailure, poolHandleOf, type PoolOptions } from './index.js'

const anything = z.object({})

type Given = Omit<MemberOptions, 'agent'> & { readonly policy?: ReturnType<typeof policy>; readonly also?: string }

function put(names: Readonly<Record<string, Given>>, options: PoolOptions = {}) {
  const bench = new Workbench()
  const members = Object.entries(names).map(([name, { policy: own, also, ...more }]) => {
    const find = operation({ input: anything, output: anything, run: bench.holding(name) })
    return { ...more, agent: agent(name, { find, ...(also && { [also]: find }) }, { policy: own }) }
  })
  const work = definitionOf(pool('search', members, { strategy: 'round-robin', ...options }))?.bind(bench.provision)
  const handle = work && poolHandleOf(work)
  if (work === undefined || handle === undefined) expect.unreachable()
  const ask = (init: Parameters<Workbench['request']>[0] = {}) => {
    const message = bench.request(init)
    const call = new ManualCall(message)
    const outcome = (async () => work.output(message, call))()
    outcome.catch(() => {})
    return { by: bench.began.at(-1), call, outcome }
  }
  const states = () => Object.fromEntries(handle.members.map(({ id, state }) => [id, state]))
  const inFlight = () => Object.fromEntries(handle.members.map(({ id, inFlight: count }) => [id, count]))
  return { bench, work, handle, ask, states, inFlight }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve()
}

describe('who can serve', () => {
  it('has the operation', () => {
    const { ask } = put({ a: {}, b: { also: 'index' } })
    expect([1, 2, 3].map(() => ask({ operation: 'index' }).by)).toEqual(['b', 'b', 'b'])
  })

  it('serves the priority', () => {
    const { ask } = put({ a: {}, b: { minPriority: 'high' } })
    expect(['low', 'normal'].map((priority) => ask({ priority: priority as 'low' }).by)).toEqual(['a', 'a'])
    expect(new Set([1, 2].map(() => ask({ priority: 'high' }).by))).toEqual(new Set(['a', 'b']))
    expect(new Set([1, 2].map(() => ask({ priority: 'critical' }).by))).toEqual(new Set(['a', 'b']))
  })

  it('has room, and again when a call ends', async () => {
    const { ask, bench, inFlight } = put({ a: { capacity: 1 }, b: { capacity: 2 } })
    expect([1, 2, 3].map(() => ask().by)).toEqual(['a', 'b', 'b'])
    await expect(ask().outcome).rejects.toThrow('a is full: 1 of 1 are under way; b is full: 2 of 2 are under way')
    bench.workOf('a')?.done()
    await settled()
    expect(ask().by).toBe('a')
    expect(inFlight()).toEqual({ a: 1, b: 2 })
  })
})

describe('when nobody can serve', () => {
  it('says why for each member', async () => {
    const { ask, handle } = put({
      full: { capacity: 1 },
      ejected: {},
      leaving: {},
      other: { also: 'index', minPriority: 'high' },
    })
    handle.eject('ejected', 60_000)
    ask()
    handle.eject('leaving', 1_000)
    void handle.leave('leaving')
    const failure: unknown = await ask().outcome.catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'pool.no_member',
      retryable: true,
      details: {
        members: [
          { member: 'full', because: 'is full: 1 of 1 are under way' },
          { member: 'ejected', because: 'is ejected until 2026-01-01T00:01:00.000Z: ejected by hand' },
          { member: 'leaving', because: 'is draining' },
          { member: 'other', because: 'serves priority high or above, not normal' },
        ],
      },
    })
    expect(await ask({ operation: 'index' }).outcome.catch((error: unknown) => error)).toMatchObject({
      retryable: false,
      details: {
        members: expect.arrayContaining([{ member: 'full', because: 'has no such operation', passes: false }]),
      },
    })
  })

  it('says that there is nobody when all have left', async () => {
    const { ask, handle } = put({ a: {} })
    await handle.leave('a')
    await expect(ask().outcome).rejects.toThrow('No member of search can serve find: it has none.')
  })
})

describe('a member that refuses without having begun', () => {
  const full = policy(bulkhead({ limit: 1, queue: 0 }))

  it('lets another one serve, in the same call', async () => {
    const { ask, bench, handle } = put({ a: { policy: full }, b: {} })
    expect([ask().by, ask().by]).toEqual(['a', 'b'])
    expect(ask().by).toBe('b')
    bench.workOf('b')?.done()
    await settled()
    const [a] = handle.members
    expect(a).toMatchObject({ inFlight: 1, served: 0, failures: 0 })
  })

  it('is asked once; when all refuse, their reasons are told', async () => {
    const { ask, inFlight } = put({ a: { policy: full }, b: { policy: full } })
    ask()
    ask()
    const failure: unknown = await ask().outcome.catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'pool.no_member', retryable: true, cause: { code: 'bulkhead.full' } })
    expect(String(failure)).toContain('a refused: search/a has 1 calls under way')
    expect(inFlight()).toEqual({ a: 1, b: 1 })
  })

  it('is told from one whose own work met a refusal: that work is not done twice', async () => {
    const own = policy(circuitBreaker())
    const { ask, bench } = put({ a: { policy: own }, b: {} })
    const { outcome } = ask()
    bench.workOf('a')?.failed(policyFailure('circuit.open', { circuit: 'elsewhere', because: 'x', until: 0 }))
    await expect(outcome).rejects.toMatchObject({ code: 'circuit.open' })
    expect(bench.began).toEqual(['a'])
  })

  it('is recognised though it began the same message before', async () => {
    const { ask, bench, work } = put({ a: { policy: full }, b: {} })
    const message = bench.request()
    const send = () => void work.output(message, new ManualCall(message))
    send()
    bench.workOf('a')?.done()
    await settled()
    expect([ask().by, ask().by]).toEqual(['b', 'a'])
    send()
    send()
    await settled()
    expect(bench.began.slice(-2)).toEqual(['b', 'b'])
  })

  it('lets nobody else serve when nobody waits any more', async () => {
    const { ask, bench, work } = put({ a: { policy: full }, b: {} })
    ask()
    ask()
    const message = bench.request()
    const call = new ManualCall(message)
    call.stop('left')
    await expect((async () => work.output(message, call))()).rejects.toMatchObject({ code: 'bulkhead.full' })
    expect(bench.began).toEqual(['a', 'b'])
  })

  it('may be a pool', async () => {
    const bench = new Workbench()
    const one = (name: string) =>
      agent(name, { find: operation({ input: anything, output: anything, run: bench.holding(name) }) })
    const inner = pool('inner', [{ agent: one('x'), capacity: 1 }])
    const outer = pool('search', [inner, one('y')], { strategy: 'round-robin' })
    const work = definitionOf(outer)?.bind(bench.provision)
    for (let index = 0; index < 3; index++) {
      const message = bench.request()
      void work?.output(message, new ManualCall(message))
    }
    expect(bench.began).toEqual(['x', 'y', 'y'])
  })
})

describe('how a call ends', () => {
  it('is counted once, however it ends', async () => {
    const { ask, bench, inFlight, handle } = put({ a: {} }, { ejection: false })
    const calls = Array.from({ length: 4 }, () => ask())
    expect(inFlight()).toEqual({ a: 4 })
    calls[3]?.call.stop(new DOMException('gone', 'AbortError'))
    expect(inFlight()).toEqual({ a: 3 })
    bench.held[0]?.done()
    bench.held[0]?.failed(new TypeError('broken'))
    bench.held[0]?.failed(Object.assign(new Error('bad request'), { status: 400 }))
    bench.held[0]?.done()
    await settled()
    expect(handle.members).toMatchObject([{ inFlight: 0, served: 3, failures: 1 }])
    expect(calls.map(({ call }) => call.children)).toEqual([0, 0, 0, 0])
  })

  it('is counted once, also when its own code stops it', async () => {
    const bench = new Workbench()
    const message = bench.request()
    const call = new ManualCall(message)
    const hold = bench.holding('a')
    const run = () => {
      call.stop('enough')
      return hold()
    }
    const made = pool('search', [agent('a', { find: operation({ input: anything, output: anything, run }) })])
    const work = definitionOf(made)?.bind(bench.provision) ?? expect.unreachable()
    void work.output(message, call)
    expect(poolHandleOf(work)?.members).toMatchObject([{ inFlight: 0, served: 0 }])
    bench.workOf('a')?.done()
    await settled()
    expect(poolHandleOf(work)?.members).toMatchObject([{ inFlight: 0, served: 0 }])
    expect(call.children).toBe(0)
  })

  it('speaks against the member when it takes too long', async () => {
    const { ask, handle, bench } = put({ a: { policy: policy(timeout({ ms: 50 })) } })
    const { outcome } = ask()
    bench.clock.advance(50)
    await expect(outcome).rejects.toMatchObject({ code: 'policy.try_timed_out' })
    expect(handle.members).toMatchObject([{ inFlight: 0, failures: 1 }])
  })

  it('speaks against the member when its caller has no more time', () => {
    const { ask, handle } = put({ a: {} })
    ask().call.stop(new DOMException('too late', 'TimeoutError'))
    expect(handle.members).toMatchObject([{ inFlight: 0, served: 1, failures: 1 }])
  })

  it('is measured: percentiles are true to within 5 %', async () => {
    const { ask, bench, handle } = put({ a: {} })
    for (let ms = 1; ms <= 100; ms++) {
      ask()
      bench.clock.advance(ms)
      bench.workOf('a')?.done()
      await settled()
    }
    const [{ latency } = expect.unreachable()] = handle.members
    for (const [name, exact] of Object.entries({ p50: 50, p95: 95, p99: 99 })) {
      const ratio = latency[name as 'p50'] / exact
      expect(Math.abs(ratio - 1)).toBeLessThan(0.05)
    }
  })
})

describe('a pool that was refused nothing', () => {
  it('fails with what its member fails with', async () => {
    const { ask, bench } = put({ a: {}, b: {} })
    const { outcome } = ask()
    const broken = new TypeError('broken')
    bench.workOf('a')?.failed(broken)
    await expect(outcome).rejects.toBe(broken)
    expect(poolFailure.is(broken, 'pool.no_member')).toBe(false)
  })
})
