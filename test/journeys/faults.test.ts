import { agent, bind, isFailure, lockStore, need, operation, type Random, random } from '@baton/core'
import type { LockStore } from '@baton/core/ports'
import {
  createTestOrchestrator,
  Flaky,
  InMemoryLockStore,
  ManualClock,
  type TestOrchestrator,
} from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const guard = agent('guard', {
  hold: operation({
    needs: { locks: need(lockStore) },
    input: z.object({ name: z.string() }),
    output: z.object({ attempts: z.number() }),
    async run({ name }, { locks }) {
      for (let attempts = 1; ; attempts++) {
        try {
          await locks.acquire(name, 'guard', 10_000)
          return { attempts }
        } catch (error) {
          if (!isFailure(error, 'testing.flaky')) throw error
        }
      }
    },
  }),
})

async function attemptsWith(seed: number): Promise<number[]> {
  const clock = new ManualClock()
  const locks = Flaky.wrap<LockStore>(new InMemoryLockStore({ clock }), { seed, failRate: 0.5 })
  await using t = await createTestOrchestrator({ agents: [guard], ports: [bind(lockStore, locks)] })
  const attempts: number[] = []
  for (let turn = 0; turn < 20; turn++) attempts.push((await t.ask(guard.hold, { name: `lock ${turn}` })).attempts)
  return attempts
}

test('an agent lives through a store that fails half of the time', async () => {
  const attempts = await attemptsWith(7)
  expect(Math.max(...attempts)).toBeGreaterThan(1)
  expect(Math.min(...attempts)).toBe(1)
})

test('faults repeat with their seed, and differ with another', async () => {
  expect(await attemptsWith(7)).toEqual(await attemptsWith(7))
  expect(await attemptsWith(7)).not.toEqual(await attemptsWith(8))
})

test('an answer that is lost on its way was work done', async () => {
  let done = 0
  const port = { work: async () => ++done, count: 5 }
  const lossy = Flaky.wrap(port, { lostRate: 1 })
  await expect(lossy.work()).rejects.toMatchObject({ code: 'testing.flaky', retryable: true })
  expect(done).toBe(1)
  expect(lossy.count).toBe(5)
  const failing = Flaky.wrap(port, { failRate: 1, failure: (method) => new Error(`no ${method}`) })
  await expect(failing.work()).rejects.toThrow('no work')
  expect(done).toBe(1)
})

test('only the methods that are named are flaky, and they are delayed on the clock given', async () => {
  const clock = new ManualClock()
  const port = { read: async () => 'read', write: async () => 'written' }
  const flaky = Flaky.wrap(port, { methods: ['write'], delayMs: [10, 20], clock })
  expect(await flaky.read()).toBe('read')
  let written: string | undefined
  const writing = flaky.write().then((answer) => {
    written = answer
  })
  clock.advance(9)
  await Promise.resolve()
  expect(written).toBeUndefined()
  clock.advance(11)
  await writing
  expect(written).toBe('written')
})

const dice = agent('dice', {
  roll: operation({
    needs: { chance: need(random) },
    input: z.any(),
    output: z.array(z.number()),
    run: (_, { chance }) => Array.from({ length: 5 }, () => Math.floor(chance.next() * 6)),
  }),
})

test('equal seeds give equal runs, whatever the test kit is asked in between', async () => {
  const rolled = async (seed?: number) => {
    await using t: TestOrchestrator = await createTestOrchestrator({
      agents: [dice],
      ...(seed !== undefined && { seed }),
    })
    return [await t.ask(dice.roll, 1), t.calls(dice.roll)[0]?.message.id]
  }
  expect(await rolled(3)).toEqual(await rolled(3))
  expect(await rolled()).toEqual(await rolled())
  expect(await rolled(3)).not.toEqual(await rolled(4))
})

test('any port is replaced in one line, chance too', async () => {
  const loaded: Random = { next: () => 0.99, id: () => 'same' }
  await using t = await createTestOrchestrator({ agents: [dice], ports: [bind(random, loaded)] })
  expect(await t.ask(dice.roll, 1)).toEqual([5, 5, 5, 5, 5])
})
