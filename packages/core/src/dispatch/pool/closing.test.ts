import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../testing/doubles/manual-call.js'
import { Workbench } from '../../testing/doubles/workbench.js'
import { reply } from '../../ports/index.js'
import { adapt, definitionOf } from '../agent/index.js'
import { pool, poolHandleOf, type PoolOptions } from './index.js'

const anything = z.object({})
const broken = new TypeError('broken')

/** A pool of agents of which each closes as it is told. */
function put(members: Readonly<Record<string, (() => void) | undefined>>, options: PoolOptions = {}) {
  const bench = new Workbench()
  const closed: string[] = []
  const agents = Object.entries(members).map(([name, close]) => {
    const hold = bench.holding(name)
    const protocol = {
      name,
      capabilities: () => ({ operations: {} }),
      process: async (...[message, call]: Parameters<Parameters<typeof adapt>[0]['process']>) =>
        reply(message, await hold(), call),
      health: () => ({ ok: true }),
      close: () => {
        closed.push(name)
        close?.()
      },
    }
    return adapt(protocol, { find: { input: anything, output: anything } })
  })
  const work = definitionOf(pool('search', agents, { strategy: 'round-robin', ...options }))?.bind(bench.provision)
  const handle = work && poolHandleOf(work)
  if (work === undefined || handle === undefined) expect.unreachable()
  const ask = () => {
    const message = bench.request()
    void (async () => work.output(message, new ManualCall(message)))().catch(() => {})
    return bench.began.at(-1)
  }
  return { bench, work, handle, ask, closed, agents }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function trouble(text: string): () => void {
  return () => {
    throw new TypeError(text)
  }
}

describe('closing', () => {
  it('closes all members, tells of all that could not be, and leaves no timer', async () => {
    const members = { a: undefined, b: trouble('stuck'), c: trouble('lost'), d: undefined }
    const { ask, bench, work, handle, closed, agents } = put(members, {
      ejection: { consecutive: 1, maxShare: 1 },
      health: {},
    })
    expect([ask(), ask(), ask()]).toEqual(['a', 'b', 'c'])
    bench.workOf('a')?.failed(broken)
    await settled()
    expect(handle.members[0]?.state).toBe('ejected')
    await expect(work.close?.()).rejects.toMatchObject({
      code: 'pool.close_failed',
      details: { members: [{ member: 'b', because: 'TypeError: stuck' }, { member: 'c' }] },
    })
    expect(closed).toEqual(['a', 'b', 'c', 'd'])
    bench.workOf('b')?.failed(broken)
    await settled()
    expect(bench.clock.pending).toBe(0)
    expect(() => handle.join(agents[0] ?? expect.unreachable())).toThrow('The pool search is closed.')
  })

  it('does not wait for who was leaving, and closes it once', async () => {
    const { ask, bench, work, handle, closed } = put({ a: undefined, b: undefined })
    ask()
    const leaving = handle.leave('a')
    await work.close?.()
    await leaving
    expect(new Set(closed)).toEqual(new Set(['a', 'b']))
    expect(closed).toHaveLength(2)
    expect(bench.clock.pending).toBe(0)
  })

  it('tells whoever has a member leave that it could not be closed', async () => {
    const { handle } = put({ a: trouble('stuck'), b: undefined })
    await expect(handle.leave('a')).rejects.toThrow('Of the pool search could not be closed: a TypeError: stuck.')
    expect(handle.members.map(({ id }) => id)).toEqual(['b'])
  })
})

describe('the health of a pool', () => {
  it('is bad when nobody can serve', async () => {
    const { work, handle } = put({ a: undefined })
    handle.eject('a')
    expect(await work.health?.({ signal: new AbortController().signal })).toEqual({
      ok: false,
      reason: 'a is ejected until it is restored: ejected by hand',
    })
  })
})
