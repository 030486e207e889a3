import { createOrchestrator, type Orchestrator } from '@baton/core'
import { expect, test, vi } from 'vitest'
import { type Child, startChild } from './children.ts'
import { quickDeskOf } from './flows/desk.ts'
import { type RelayVersion, relays } from './flows/relay.ts'
import { effectsOf, Ledger, readLedger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { expectRelaysRun, names } from './relay-runs.ts'
import { sighted } from './report.ts'
import { type Kind, storeAt } from './stores.ts'

const newPlace = placesOfFile()
const kinds: Kind[] = ['sqlite', 'postgres']

test.each(kinds)('on %s, four processes share a thousand runs, and do each once', async (kind) => {
  await using place = await newPlace(kind)
  await using workers = await startWorkers(place, [[1], [1], [1], [1]])
  await using client = await clientOf(place)
  const runs = names('run', 1_000)
  await Promise.all(runs.map((id) => client.start(relays[1], { run: id, holdMs: 20 }, { id })))
  await untilAllEnded(client)

  const lines = readLedger(place.ledger)
  await expectRelaysRun(place, runs, 1, lines)
  const pids = new Set(effectsOf(lines).map(({ pid }) => pid))
  expect(pids).toEqual(new Set(workers.all.map(({ pid }) => pid)))
  sighted({
    fault: `four processes, ${kind}`,
    faults: 0,
    runs: runs.length,
    survived: runs.length,
    lost: 0,
    doubled: 0,
  })
})

test.each(kinds)('on %s, every run ends by the version that it began with while workers are replaced', async (kind) => {
  await using place = await newPlace(kind)
  await using old = await startWorkers(place, [[1], [1]])
  await using client = await clientOf(place)
  const [before, during] = [names('before', 200), names('during', 100)]
  await Promise.all(before.map((id) => client.start(relays[1], { run: id, holdMs: 1_000 }, { id })))
  const underWay = () => effectsOf(readLedger(place.ledger)).filter(({ step }) => step === 'second')
  await vi.waitFor(() => expect(underWay().length).toBeGreaterThanOrEqual(20), { timeout: 20_000, interval: 10 })

  for (const { process } of old.all) process.kill('SIGTERM')
  const starting = during.map((id) => client.start(relays[2], { run: id, holdMs: 50 }, { id }))
  await using _new = await startWorkers(place, [[2], [1, 2]])
  for (const { ended } of old.all) expect(await ended).toEqual({ code: 0, signal: null })
  await Promise.all(starting)
  await untilAllEnded(client)

  const lines = readLedger(place.ledger)
  const oldPids = old.all.map(({ pid }) => pid)
  const handedOver = effectsOf(lines).filter(({ run, pid }) => before.includes(run) && !oldPids.includes(pid))
  expect(handedOver.length).toBeGreaterThan(0)
  // A step that was under way when its process was told to stop is done again by the next one.
  await expectRelaysRun(place, before, 1, lines, 2)
  await expectRelaysRun(place, during, 2, lines)
  const takeovers = await place.rows('select sum(takeovers) as count from orchestrator_workflow_states')
  expect(Number(takeovers[0]?.count)).toBe(0)
  sighted({ fault: `rolling deploy, ${kind}`, faults: 2, runs: 300, survived: 300, lost: 0, doubled: 0 })
})

/** Processes that hold these versions, ready for work; told to stop, they finish nothing that takes long. */
async function startWorkers({ where, ledger }: Place, holding: readonly (readonly RelayVersion[])[]) {
  const order = { be: 'worker', where, ledger, leaseMs: 1_500, maxRuns: 80, drainMs: 50 } as const
  const all: readonly Child[] = holding.map((versions) => startChild({ ...order, versions }))
  for (const child of all)
    await vi.waitFor(() => expect(child.said()).toBe('ready\n'), { timeout: 20_000, interval: 10 })
  const end = async () => void (await Promise.all(all.map((child) => child[Symbol.asyncDispose]())))
  return { all, [Symbol.asyncDispose]: end }
}

function clientOf({ where, ledger }: Place): Promise<Orchestrator> {
  return createOrchestrator({
    role: 'client',
    workflows: [relays[1], relays[2]],
    plugins: [storeAt(where)],
    provide: { desk: quickDeskOf(new Ledger(ledger)) },
  })
}

async function untilAllEnded(client: Orchestrator): Promise<void> {
  const open = () => client.runs.list({ status: ['pending', 'running', 'suspended', 'needs-attention'], limit: 1 })
  await vi.waitFor(async () => expect((await open()).runs).toEqual([]), { timeout: 50_000, interval: 100 })
}
