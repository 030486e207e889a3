import { setTimeout as sleep } from 'node:timers/promises'
import { createOrchestrator, type Orchestrator } from '@baton/core'
import { expect, test, vi } from 'vitest'
import { startChild } from './children.ts'
import { quickDeskOf } from './flows/desk.ts'
import { emptyPlan } from './flows/drive.ts'
import { watch } from './flows/voyage.ts'
import { Ledger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { storedRuns } from './stored.ts'
import { type Kind, storeAt } from './stores.ts'

const newPlace = placesOfFile()
const kinds: readonly Kind[] = ['sqlite', 'postgres']
const soonMs = 3_000

test.each(kinds)(
  'on %s, the next run of a session waits for the one before it, also where that was taken over',
  async (kind) => {
    await using place = await newPlace(kind)
    const leaseMs = 300
    await killWhileDozing(place, leaseMs, 4_000)
    await sleep(leaseMs)
    await using orchestrator = await restart(place, leaseMs)
    const second = await orchestrator.run(watch, { run: 'second', dozeMs: 1 }, { session: 'bridge' })
    expect(second.ok && second.output).toEqual({ text: 'reserved after [first ]' })
  },
)

test.each(kinds)(
  'on %s, a session goes on at once after a restart on the same host, however long its lease is',
  async (kind) => {
    await using place = await newPlace(kind)
    const leaseMs = 60_000
    await killWhileDozing(place, leaseMs, 500)
    await using orchestrator = await restart(place, leaseMs)
    const first = await orchestrator.attach(watch, 'first').result()
    expect(first.status).toBe('succeeded')
    const second = await orchestrator.start(watch, { run: 'second', dozeMs: 1 }, { session: 'bridge' })
    expect((await second.result({ waitMs: soonMs })).status).toBe('succeeded')
    await second.cancel()
  },
)

/** Has a process be killed while the first run of a session sleeps. */
async function killWhileDozing(place: Place, leaseMs: number, dozeMs: number): Promise<void> {
  const { where, ledger } = place
  const plan = { ...emptyPlan, watches: ['first'], dozeMs }
  await using child = startChild({ be: 'killed', point: 'never', where, ledger, plan, leaseMs })
  const dozes = async () => expect((await storedRuns(place)).get('first')?.records.has('doze@')).toBe(true)
  await vi.waitFor(dozes, { timeout: 20_000, interval: 10 })
  child.process.kill('SIGKILL')
  await child.ended
}

function restart({ where, ledger }: Place, leaseMs: number): Promise<Orchestrator> {
  return createOrchestrator({
    workflows: [watch],
    plugins: [storeAt(where)],
    provide: { desk: quickDeskOf(new Ledger(ledger)) },
    settings: { journal: { leaseMs }, kernel: { drainMs: 100 } },
  })
}
