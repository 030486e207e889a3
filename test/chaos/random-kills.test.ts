import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startChild } from './children.ts'
import { expectEffects, expectNothingLost, expectOutcomes, type Snapshot, snapshotOf } from './expect-survival.ts'
import { emptyPlan, type Plan, runsOf } from './flows/drive.ts'
import { readLedger } from './ledger.ts'
import { placesOfFile } from './places.ts'
import { chance, rounds, seed, sighted } from './report.ts'
import { resume } from './resume.ts'
import { orphanedRecords, storedRuns } from './stored.ts'

const newPlace = placesOfFile()
const leaseMs = 60_000
const killsInARow = 3
const plan: Plan = { ...emptyPlan, voyages: ['a', 'b', 'c', 'd'], drifts: ['e'], errands: ['f', 'g'], pauseMs: 50 }

describe.each(['sqlite', 'postgres'] as const)(`on %s, from the seed ${seed}`, (kind) => {
  const all = Array.from({ length: rounds }, (_, round) => ({ round }))

  test.concurrent.each(all)(
    'processes killed one after the other at any moment lose nothing (round $round)',
    async ({ round }) => {
      await using place = await newPlace(kind)
      const random = chance(`${kind} ${round}`)
      const snapshots: Snapshot[] = []
      for (let kill = 0; kill < killsInARow; kill++) {
        const order = { where: place.where, ledger: place.ledger, plan, leaseMs }
        await using child = startChild({ be: 'killed', point: 'never', ...order })
        const linesBefore = readLedger(place.ledger).length
        while (readLedger(place.ledger).length === linesBefore && child.process.exitCode === null) await sleep(2)
        await sleep(random() * 60)
        child.process.kill('SIGKILL')
        expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' })
        snapshots.push(await snapshotOf(place))
      }
      const { told, ms } = await resume(place, plan, { leaseMs })
      expectOutcomes(plan, told)
      const lines = readLedger(place.ledger)
      expectEffects(plan, lines, killsInARow)
      const stored = await storedRuns(place)
      for (const snapshot of snapshots) expectNothingLost(snapshot, lines, stored)
      expect(await orphanedRecords(place)).toBe(0)
      const runs = runsOf(plan).length
      const seen = { runs, survived: runs, lost: 0, doubled: 0, recoveryMs: [ms] }
      sighted({ fault: `SIGKILL at any moment, ${kind}`, faults: killsInARow, ...seen })
    },
  )
})
