import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type AgentProtocol, agent, type CallContext, type Clock, clock, need, operation } from '@baton/core'
import { createTestOrchestrator } from '@baton/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const hour = 3_600_000

function wait(time: Clock, ms: number, { signal }: CallContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = time.schedule(ms, resolve)
    signal.addEventListener('abort', () => {
      timer.cancel()
      reject(signal.reason as Error)
    })
  })
}

const patient = agent('patient', {
  wait: operation({
    needs: { time: need(clock) },
    input: z.object({ ms: z.number(), times: z.number().default(1) }),
    output: z.object({ waitedMs: z.number() }),
    async run({ ms, times }, call) {
      const { time } = call
      const startedAt = time.monotonic()
      for (let turn = 0; turn < times; turn++) await wait(time, ms, call)
      return { waitedMs: time.monotonic() - startedAt }
    },
  }),
  hang: operation({ input: z.any(), output: z.any(), run: () => new Promise<never>(() => {}) }),
})
const boss = agent('boss', {
  both: operation({
    input: z.any(),
    output: z.array(z.object({ waitedMs: z.number() })),
    run: (_, { ask }) => Promise.all([ask(patient.wait, { ms: 2_000 }), ask(patient.wait, { ms: 5_000 })]),
  }),
})

test('an agent that waits for an hour answers at once', async () => {
  await using t = await createTestOrchestrator({ agents: [patient] })
  const startedAt = performance.now()
  expect(await t.ask(patient.wait, { ms: hour }, { timeoutMs: 2 * hour })).toEqual({ waitedMs: hour })
  expect(t.elapsedMs()).toBe(hour)
  expect(t.clock.now()).toBe(Date.UTC(2026, 0, 1, 1))
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('many waits, one after the other, take as long as they would', async () => {
  await using t = await createTestOrchestrator({ agents: [patient] })
  expect(await t.ask(patient.wait, { ms: 1_000, times: 50 })).toEqual({ waitedMs: 50_000 })
})

test('waits side by side take as long as the longest', async () => {
  await using t = await createTestOrchestrator({ agents: [boss, patient] })
  expect(await t.ask(boss.both, 1)).toEqual([{ waitedMs: 2_000 }, { waitedMs: 5_000 }])
  expect(t.elapsedMs()).toBe(5_000)
})

test('a call that takes too long times out by virtual time, as its caller says or the setting does', async () => {
  await using t = await createTestOrchestrator({
    agents: [patient],
    settings: { dispatch: { agentTimeoutMs: 90_000 } },
  })
  await expect(t.ask(patient.wait, { ms: hour }, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'call.timed_out' })
  expect(t.elapsedMs()).toBe(500)
  await expect(t.ask(patient.hang, 1)).rejects.toMatchObject({ code: 'call.timed_out' })
  expect(t.elapsedMs()).toBe(90_500)
})

test('time stands still while real work is under way', async () => {
  const reader = agent('reader', {
    read: operation({
      input: z.any(),
      output: z.any(),
      run: async () => (await import('node:fs/promises')).readFile(import.meta.filename, 'utf8'),
    }),
  })
  await using t = await createTestOrchestrator({ agents: [reader] })
  expect(await t.ask(reader.read, 1, { timeoutMs: 1 })).toContain('time stands still')
  expect(t.elapsedMs()).toBe(0)
})

test('by hand, time moves only when the test says so', async () => {
  await using t = await createTestOrchestrator({ agents: [patient], clock: 'manual' })
  const ended: string[] = []
  const asked = t.ask(patient.wait, { ms: 1_000, times: 3 }).then(() => ended.push('done'))
  await t.advance(2_999)
  expect(ended).toEqual([])
  expect(t.elapsedMs()).toBe(2_999)
  await t.advance(1)
  expect(ended).toEqual(['done'])
  await asked
})

test('by hand, a call times out when its time has come', async () => {
  await using t = await createTestOrchestrator({ agents: [patient], clock: 'manual' })
  const asked = t.ask(patient.hang, 1, { timeoutMs: 100 }).catch((error: unknown) => error)
  await t.advance(100)
  expect(await asked).toMatchObject({ code: 'call.timed_out' })
})

test('a close gives up on what is under way by virtual time too', async () => {
  const t = await createTestOrchestrator({ agents: [patient] })
  const asked = t.ask(patient.hang, 1, { timeoutMs: hour }).catch((error: unknown) => error)
  await t.close({ drainMs: 2_000 })
  expect(await asked).toMatchObject({ code: 'call.cancelled', cause: { code: 'dispatch.abandoned' } })
  expect(t.elapsedMs()).toBe(2_000)
})

test('time waits for real work, and moves on after it', async () => {
  const file = fileURLToPath(import.meta.url)
  const reader = agent('reader', {
    read: operation({
      needs: { time: need(clock) },
      input: z.any(),
      output: z.any(),
      async run(_, { time }) {
        const { length } = await readFile(file)
        await lookup('localhost')
        await new Promise<void>((resolve) => void time.schedule(50_000, resolve))
        return length
      },
    }),
  })
  await using t = await createTestOrchestrator({ agents: [reader] })
  expect(await t.ask(reader.read, 1)).toBeGreaterThan(0)
  expect(t.elapsedMs()).toBe(50_000)
})

test('time moves for whoever waits for an agent to tell how it is', async () => {
  const silent: AgentProtocol = {
    name: 'silent',
    capabilities: () => ({ operations: {} }),
    process: (message) => message,
    health: () => new Promise(() => {}),
  }
  await using t = await createTestOrchestrator({ agents: [silent] })
  expect(await t.health()).toMatchObject({ ok: false, agents: { silent: { reason: 'no answer within 5000 ms' } } })
})

test('two orchestrators in virtual time do not wait for each other', async () => {
  const worker = agent('worker', {
    work: operation({
      needs: { time: need(clock) },
      input: z.any(),
      output: z.any(),
      async run(_, { time }) {
        await readFile(fileURLToPath(import.meta.url))
        await new Promise<void>((resolve) => void time.schedule(1_000, resolve))
      },
    }),
  })
  await using first = await createTestOrchestrator({ agents: [worker] })
  await using second = await createTestOrchestrator({ agents: [worker] })
  await Promise.all([first.ask(worker.work, 1), second.ask(worker.work, 1)])
  expect([first.elapsedMs(), second.elapsedMs()]).toEqual([1_000, 1_000])
})
