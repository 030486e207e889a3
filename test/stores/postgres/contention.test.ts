import { openPostgres } from '@baton/adapters-postgres'
import type { ClaimAnswer, Hold, StateStore, Write } from '@baton/core/ports'
import { RecordingLogger } from '@baton/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { SystemClock } from '../../../packages/core/src/host/index.ts'
import { withConnection } from '../../services/postgres/connection.ts'
import { databaseOfFile } from '../../services/postgres/database.ts'
import { connectionsTo, rowsOf } from './rig.ts'

const { url } = await databaseOfFile()
const workflows = [{ workflow: 'w', version: 1 }]

async function stores(prefix: string, count: number, more: { lockTimeoutMs?: number } = {}) {
  const all = await Promise.all(
    Array.from({ length: count }, () =>
      openPostgres(
        {
          url,
          prefix,
          maxConnections: 4,
          connectTimeoutMs: 10_000,
          statementTimeoutMs: 20_000,
          lockTimeoutMs: 10_000,
          applicationName: 'contender',
          migrate: true,
          listen: false,
          ...more,
        },
        { clock: new SystemClock(), logger: new RecordingLogger() },
      ),
    ),
  )
  onTestFinished(async () => void (await Promise.all(all.map(({ close }) => close()))))
  return all
}

const create = (id: string, runner: string, more: Partial<Write & { kind: 'create' }> = {}): Write => ({
  kind: 'create',
  run: { tenant: 't', id },
  runner,
  head: { workflow: 'w', version: 1, shape: 1, status: 'running' },
  records: [],
  ...more,
})

const claim = (store: StateStore, name: string, limit: number, more = {}): Promise<ClaimAnswer> =>
  store.claim({ runner: { name }, leaseMs: 60_000, workflows, limit, ...more })

test('of ten who claim a thousand lapsed runs at once each run is taken once, and nobody waits', async () => {
  const all = await stores('lapsed_', 10)
  const [first] = all
  const ids = Array.from({ length: 1_000 }, (_, n) => `run ${n}`)
  await first?.states.append(ids.map((id) => create(id, 'gone')))
  const begun = performance.now()
  const answers = await Promise.all(all.map(({ states }, n) => claim(states, `claimer ${n}`, 1_000)))
  const ms = performance.now() - begun
  const taken = answers.flatMap(({ runs }) => runs.map(({ head }) => head.id))
  expect(taken.toSorted()).toEqual(ids.toSorted())
  expect(answers.flatMap(({ runs }) => runs).every(({ head }) => head.token === 2 && head.takeovers === 1)).toBe(true)
  console.log(`note: 1,000 lapsed runs claimed by 10 in ${ms.toFixed(0)} ms`)
  expect(ms).toBeLessThan(10_000)
})

test('a share is taken by each of ten who take no more than a hundred', async () => {
  const all = await stores('shared_', 10)
  const ids = Array.from({ length: 1_000 }, (_, n) => `run ${n}`)
  await all[0]?.states.append(ids.map((id) => create(id, 'gone')))
  const counts = await Promise.all(
    all.map(async ({ states }, n) => {
      let count = 0
      for (let got = 1; got > 0; count += got) got = (await claim(states, `claimer ${n}`, 25)).runs.length
      return count
    }),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000)
})

test('a claim passes over what somebody has locked', async () => {
  const [store] = await stores('held_', 1)
  await store?.states.append([create('locked', 'gone'), create('free', 'gone')])
  await withConnection({ connectionString: url }, async (client) => {
    await client.query('begin')
    await client.query("select 1 from held_workflow_states where id = 'locked' for update")
    const { runs } = await claim(store?.states as StateStore, 'claimer', 10)
    expect(runs.map(({ head }) => head.id)).toEqual(['free'])
    await client.query('rollback')
  })
  expect((await claim(store?.states as StateStore, 'claimer', 10)).runs.map(({ head }) => head.id)).toEqual(['locked'])
})

/** A small generator of numbers, so that a failure can be repeated. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function shuffled<Value>(values: readonly Value[], roll: (below: number) => number): Value[] {
  return values
    .map((value) => ({ value, at: roll(1e9) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

test('whatever many do at once, nobody is told of a deadlock, and every run is whole', async () => {
  const all = await stores('wild_', 6)
  const names = Array.from({ length: 12 }, (_, n) => `run ${n}`)
  const failures: unknown[] = []
  const accepted = new Map<string, number>()
  let calls = 0
  const until = performance.now() + 10_000
  const live = async ({ states }: { states: StateStore }, n: number) => {
    const roll = dice(n + 1)
    const runner = `runner ${n}`
    const holds = new Map<string, Hold>()
    const some = () => shuffled(names, roll).slice(0, 1 + roll(8))
    const acts = [
      async () => {
        // Some are created, some are written to, some are moved, all in one call and in any order.
        const ids = some()
        const writes = ids.map((id, place): Write => {
          const hold = holds.get(id)
          const records = [{ key: `${runner} ${calls} ${place}`, kind: 'result' as const, attempt: 1 }]
          if (hold === undefined) return create(id, runner, { records })
          if (roll(2) === 0) return { kind: 'held', hold, records, retry: roll(4) === 0 }
          return {
            kind: 'held',
            hold,
            records,
            move: { status: roll(2) === 0 ? 'suspended' : 'pending', wakeInMs: 0, seen: 0 },
          }
        })
        const outcomes = await states.append(writes)
        outcomes.forEach((outcome, place) => {
          const id = ids[place] as string
          if (outcome.accepted && outcome.hold !== undefined) holds.set(id, outcome.hold)
          else holds.delete(id)
        })
      },
      async () => {
        const ids = some()
        await states.append(
          ids.map((id, place) => ({
            kind: 'signal' as const,
            run: { tenant: 't', id },
            record: { key: `signal ${runner} ${calls} ${place}`, kind: 'signal' as const, attempt: 0 },
          })),
        )
      },
      async () => {
        const take = roll(2) === 0 ? some().map((id) => ({ tenant: 't', id })) : []
        const { runs } = await claim(states, runner, roll(20), { take, leaseMs: 1 + roll(50), retire: roll(10) === 0 })
        for (const { hold } of runs) {
          const key = `${hold.ref} ${hold.token}`
          accepted.set(key, (accepted.get(key) ?? 0) + 1)
          holds.set(hold.run.id, hold)
        }
      },
      async () => {
        if (roll(3) === 0) await states.delete({ run: { tenant: 't', id: names[roll(names.length)] as string } })
      },
      async () => void (await states.list({ tenant: 't', limit: 5 })),
    ]
    while (performance.now() < until) {
      calls++
      try {
        await acts[roll(acts.length)]?.()
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all([...all, ...all].map((store, n) => live(store, n)))
  console.log(`note: ${calls} calls at once, ${failures.length} failed`)
  expect(failures.map((error) => `${String(error)} ${String((error as Error).cause)}`)).toEqual([])
  expect(calls).toBeGreaterThan(500)
  // No token was given out twice, no run has records of another, and none is left of what was removed.
  expect([...accepted.values()].every((times) => times === 1)).toBe(true)
  expect(
    await rowsOf(
      url,
      'select run, key from wild_agent_results r where not exists (select 1 from wild_workflow_states s where s.no = r.run)',
    ),
  ).toEqual([])
  expect(
    await rowsOf(
      url,
      `select no from wild_workflow_states s where nudge <> (select count(*) from wild_agent_results r where r.run = s.no and r.kind = 'signal')`,
    ),
  ).toEqual([])
})

test('leases that are extended and given back in any order are no deadlock', async () => {
  const all = await stores('leases_', 4)
  const [first] = all
  if (first === undefined) return expect.unreachable()
  const keys = Array.from({ length: 30 }, (_, n) => `key ${n}`)
  const leases = await Promise.all(keys.map((key) => first.locks.acquire(key, 'owner', 60_000)))
  const held = leases.filter((lease) => lease !== undefined)
  expect(held).toHaveLength(30)
  const until = performance.now() + 3_000
  await Promise.all(
    [...all, ...all].map(async ({ locks }, n) => {
      const roll = dice(n + 1)
      while (performance.now() < until) expect(await locks.extend(shuffled(held, roll), 60_000)).not.toContain(false)
    }),
  )
  await Promise.all(all.map(({ locks }, n) => locks.release(shuffled(held, dice(n)))))
  expect(await all[0]?.locks.read('key 3')).toBeUndefined()
})

test('processes of one instance that start at once retire each other without a deadlock', async () => {
  const all = await stores('retire_', 8)
  for (let turn = 0; turn < 10; turn++) {
    await Promise.all(
      all.map(({ states }, n) =>
        claim(states, `r ${turn} ${n}`, 10, {
          retire: true,
          runner: { name: `r ${turn} ${n}`, instance: 'one', host: 'h', pid: 2 ** 22 - 1 },
        }),
      ),
    )
  }
  expect(await connectionsTo(url)).toBeGreaterThan(0)
})
