import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManualCall } from '../../../testing/doubles/manual-call.js'
import { Workbench } from '../../../testing/doubles/workbench.js'
import { type AgentHealth, type AgentProtocol, reply } from '../../../ports/index.js'
import { adapt, definitionOf } from '../../agent/index.js'
import { pool, poolHandleOf, type PoolOptions } from '../index.js'

const anything = z.object({})
const well = () => ({ ok: true })

function put(names: readonly string[], options: PoolOptions = {}) {
  const bench = new Workbench()
  const closed: string[] = []
  const health = new Map<string, () => AgentHealth | Promise<AgentHealth>>()
  const asked: string[] = []
  const member = (name: string) => {
    const hold = bench.holding(name)
    const protocol: AgentProtocol = {
      name,
      capabilities: () => ({ operations: {} }),
      process: async (message, call) => reply(message, await hold(), call),
      health: () => {
        asked.push(name)
        return (health.get(name) ?? well)()
      },
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
  return { bench, work, handle, ask, end, states, member, closed, health, asked }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('health checks', () => {
  const health = { intervalMs: 1_000, timeoutMs: 100, unhealthyAfter: 2, healthyAfter: 2 }
  const pass = async (rig: ReturnType<typeof put>, ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      rig.bench.clock.advance(50)
      await settled()
    }
  }

  it.each<[string, () => AgentHealth | Promise<AgentHealth>, string]>([
    ['says that it is not well', () => ({ ok: false, reason: 'no disk' }), 'no disk'],
    ['throws', () => Promise.reject(new TypeError('odd')), 'TypeError: odd'],
    ['does not answer', () => new Promise(() => {}), 'no answer within 100 ms'],
    ['answers with nothing', () => undefined as never, 'no answer'],
  ])('leave out who %s, until it is well again', async (_what, answer, because) => {
    const rig = put(['a', 'b'], { health, slowStartMs: 0 })
    rig.health.set('a', answer)
    await pass(rig, 3_500)
    expect(rig.handle.members[0]).toMatchObject({ state: 'unhealthy', because })
    expect([rig.ask().by, rig.ask().by]).toEqual(['b', 'b'])
    expect(await rig.work.health?.({ signal: new AbortController().signal })).toEqual({
      ok: true,
      reason: `a is unhealthy: ${because}`,
    })
    expect(rig.bench.events.of('member.ejected')).toMatchObject([{ member: 'a', because: `unhealthy: ${because}` }])
    rig.health.delete('a')
    await pass(rig, 3_500)
    expect(rig.states()).toEqual({ a: 'serving', b: 'serving' })
    expect(rig.bench.events.of('member.restored')).toHaveLength(1)
  })

  it('ask twice before they trust a member again', async () => {
    const rig = put(['a', 'b'], { health, slowStartMs: 0 })
    rig.health.set('a', () => ({ ok: false }))
    await pass(rig, 3_500)
    let times = 0
    rig.health.set('a', () => ({ ok: ++times % 2 === 1 }))
    await pass(rig, 8_000)
    expect(times).toBeGreaterThan(4)
    expect(rig.states()).toEqual({ a: 'unhealthy', b: 'serving' })
  })

  it('count an answer that came too late once, as none', async () => {
    const rig = put(['a', 'b'], { health: { ...health, unhealthyAfter: 3 } })
    const late: ((health: AgentHealth) => void)[] = []
    rig.health.set('a', () => new Promise((resolve) => void late.push(resolve)))
    await pass(rig, 1_900)
    for (const answer of late) answer({ ok: false })
    await settled()
    expect(late.length).toBeLessThan(3)
    expect(rig.states()).toEqual({ a: 'serving', b: 'serving' })
    await pass(rig, 3_000)
    expect(rig.states()).toEqual({ a: 'unhealthy', b: 'serving' })
  })

  it('do not leave out who was unwell once', async () => {
    const rig = put(['a', 'b'], { health })
    let times = 0
    rig.health.set('a', () => ({ ok: ++times % 2 === 0 }))
    await pass(rig, 10_000)
    expect(rig.states()).toEqual({ a: 'serving', b: 'serving' })
    expect(times).toBeGreaterThan(5)
  })

  it('end when the pool is closed, or the member leaves', async () => {
    const rig = put(['a', 'b'], { health })
    await rig.handle.leave('a')
    await pass(rig, 3_000)
    expect(new Set(rig.asked)).toEqual(new Set(['b']))
    await rig.work.close?.()
    const before = rig.asked.length
    await pass(rig, 3_000)
    expect(rig.asked).toHaveLength(before)
    expect(rig.bench.clock.pending).toBe(0)
  })
})
