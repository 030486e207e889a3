import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../packages/core/src/testing/doubles/manual-clock.ts'
import { byHand } from './by-hand.ts'
import { folderOfFile } from './folder.ts'
import { creation, open } from './open.ts'

const { file } = folderOfFile()
const tenMinutes = 600_000
const twoDays = 172_800_000
const leaseMs = 15_000
const beatMs = 5_000
const workflows = [{ workflow: 'flow', version: 1 }]
const here = { host: hostname(), pid: process.pid }
const noon = Date.UTC(2026, 0, 1, 12)

/** Two processes with clocks of their own on one file: the first holds a run. */
async function two(aheadMs: number, of: { readonly host: string; readonly pid: number } = here) {
  const path = file()
  const clocks = [new ManualClock({ start: noon }), new ManualClock({ start: noon + aheadMs })] as const
  const [one, other] = [await open({ file: path }, clocks[0]), await open({ file: path }, clocks[1])]
  const request = { leaseMs, workflows, limit: 10 }
  const beat = () => one.states.claim({ ...request, runner: { name: 'one', ...of } })
  const look = async (retire = false) => {
    const { runs } = await other.states.claim({ ...request, runner: { name: 'other', ...here }, retire })
    return runs.map(({ head }) => head.id)
  }
  await beat()
  await one.states.append([creation('held', { runner: 'one' })])
  const pass = (ms: number) => {
    for (const clock of clocks) clock.advance(ms)
  }
  return { path, one, other, clocks, beat, look, pass }
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', ''])
  const { pid = 0 } = child
  await once(child, 'exit')
  return pid
}

const differences = [
  ['the same', 0],
  ['ten minutes ahead', tenMinutes],
  ['ten minutes behind', -tenMinutes],
  ['two days ahead', twoDays],
  ['two days behind', -twoDays],
] as const

test.each(differences)('with a clock %s, the runs of a process that lives are not taken', async (_, aheadMs) => {
  const { beat, look, pass } = await two(aheadMs)
  expect(await look(true)).toEqual([])
  for (let passed = 0; passed < 3 * leaseMs; passed += beatMs) {
    pass(beatMs)
    expect(await look()).toEqual([])
    await beat()
    expect(await look(true)).toEqual([])
  }
})

test.each(differences)(
  'with a clock %s, the runs of one that was silent for its lease are taken',
  async (_, aheadMs) => {
    const { look, pass } = await two(aheadMs)
    expect(await look()).toEqual([])
    pass(leaseMs - 1)
    expect(await look()).toEqual([])
    pass(1)
    expect(await look()).toEqual(['held'])
  },
)

test.each(differences)('with a clock %s, the runs of a process that is gone are taken', async (_, aheadMs) => {
  const gone = { host: hostname(), pid: await deadProcess() }
  const started = await two(aheadMs, gone)
  expect(await started.look(true)).toEqual(['held'])
  const watching = await two(aheadMs, gone)
  const first = await watching.look()
  watching.pass(leaseMs)
  expect([...first, ...(await watching.look())]).toEqual(['held'])
})

test('who watches waits for the lease of who is watched, not for his own', async () => {
  const { one, look, pass } = await two(0)
  await one.states.claim({ runner: { name: 'one', ...here }, leaseMs: 60_000, workflows, limit: 0 })
  for (let passed = 0; passed < 45_000; passed += beatMs) {
    expect(await look()).toEqual([])
    pass(beatMs)
  }
  pass(15_000)
  expect(await look()).toEqual(['held'])
})

test('processes that come and go leave no rows behind', async () => {
  const path = file()
  const store = await open({ file: path })
  const pid = await deadProcess()
  for (let n = 0; n < 20; n++) {
    const runner = { name: `start ${n}`, host: hostname(), pid }
    await store.states.claim({ runner, leaseMs, workflows, limit: 1, retire: true })
  }
  using hand = byHand(path)
  expect(hand.all('select name from orchestrator_runners')).toEqual([{ name: 'start 19' }])
})

test('when a clock is set back, instants do not go back, and what is due becomes due', async () => {
  const clock = new ManualClock({ start: noon })
  const { states, locks } = await open({}, clock)
  const look = () => states.claim({ runner: { name: 'one', ...here }, leaseMs, workflows, limit: 1 })
  const before = (await look()).now
  const head = { ...creation('later').head, status: 'pending', wakeInMs: 1_000 } as const
  await states.append([creation('later', { head })])
  const lease = await locks.acquire('key', 'me', 1_000)
  expect(lease).toBeDefined()
  clock.setWall(noon - tenMinutes)
  expect((await look()).now).toBeGreaterThanOrEqual(before)
  clock.advance(999)
  expect((await look()).runs).toEqual([])
  expect(await locks.acquire('key', 'you', 1_000)).toBeUndefined()
  clock.advance(1)
  expect((await look()).runs).toHaveLength(1)
  expect(await locks.acquire('key', 'you', 1_000)).toBeDefined()
})
