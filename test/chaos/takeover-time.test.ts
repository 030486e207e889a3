import { createOrchestrator } from '@baton/core'
import { expect, test, vi } from 'vitest'
import { startChild } from './children.ts'
import { quickDeskOf } from './flows/desk.ts'
import { relays } from './flows/relay.ts'
import { effectsOf, Ledger, readLedger } from './ledger.ts'
import { placesOfFile } from './places.ts'
import { expectRelaysRun, names } from './relay-runs.ts'
import { rounds, sighted } from './report.ts'
import { type Kind, storeAt } from './stores.ts'

const newPlace = placesOfFile()
const leaseMs = 1_500
const beatMs = leaseMs / 3
/** For reading what was taken over, on a machine that has other things to do. */
const slackMs = 5_000
/** The lease was last renewed a beat before the kill at most, and a timer or two may come late. */
const earlyMs = 500
const runs = names('run', 100)

test.each<Kind>(['sqlite', 'postgres'])(
  'on %s, runs of a process that was killed on another host are taken over within its lease and a beat',
  async (kind) => {
    const takenAfter: number[] = []
    for (let round = 0; round < rounds; round++) takenAfter.push(...(await killOnce(kind)))
    const sorted = takenAfter.toSorted((one, other) => one - other)
    expect(sorted).toHaveLength(runs.length * rounds)
    // It is not taken from one that may still live.
    expect(sorted[0]).toBeGreaterThan(leaseMs - beatMs - earlyMs)
    const p99 = sorted[Math.floor(sorted.length * 0.99)]
    expect(p99).toBeLessThan(leaseMs + beatMs + slackMs)
    const seen = { runs: sorted.length, survived: sorted.length, lost: 0, doubled: 0, recoveryMs: sorted }
    sighted({ fault: `SIGKILL on another host, ${kind}`, faults: rounds, ...seen })
  },
)

/** Has a process on another host be killed in the midst of its runs; tells after how many milliseconds each was gone on with. */
async function killOnce(kind: Kind): Promise<readonly number[]> {
  await using place = await newPlace(kind)
  const { where, ledger } = place
  const order = { versions: [1], leaseMs, maxRuns: 1_000, drainMs: 0, host: 'elsewhere' } as const
  await using child = startChild({ be: 'worker', where, ledger, ...order })
  await vi.waitFor(() => expect(child.said()).toBe('ready\n'), { timeout: 20_000, interval: 10 })
  await using client = await createOrchestrator({
    role: 'client',
    workflows: [relays[1]],
    plugins: [storeAt(where)],
    provide: { desk: quickDeskOf(new Ledger(ledger)) },
  })
  await Promise.all(runs.map((id) => client.start(relays[1], { run: id, holdMs: 60_000 }, { id })))
  const begun = () => effectsOf(readLedger(ledger)).filter(({ step }) => step === 'second').length
  await vi.waitFor(() => expect(begun()).toBe(runs.length), { timeout: 20_000, interval: 20 })

  const takenAt = new Map<string, number>()
  const jotting = quickDeskOf(new Ledger(ledger))
  await using survivor = await createOrchestrator({
    role: 'worker',
    workflows: [relays[1]],
    plugins: [storeAt(where)],
    provide: {
      desk: {
        effect: (run: string, ...rest: [never, number?]) => {
          if (!takenAt.has(run)) takenAt.set(run, performance.now())
          return jotting.effect(run, ...rest)
        },
        hold: async () => {},
      },
    },
    settings: { journal: { leaseMs } },
  })
  const killedAt = performance.now()
  child.process.kill('SIGKILL')
  await Promise.all(runs.map((id) => client.attach(relays[1], id).result()))
  await survivor.close()
  await expectRelaysRun(place, runs, 1, readLedger(ledger), 2)
  return runs.map((run) => (takenAt.get(run) ?? Number.NaN) - killedAt)
}
