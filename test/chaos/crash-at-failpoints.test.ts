import { describe, expect, test } from 'vitest'
import { startChild } from './children.ts'
import { expectEffects, expectNothingLost, expectOutcomes, type Snapshot, snapshotOf } from './expect-survival.ts'
import { type Failpoint, failpointOf, failpoints } from './faults/failpoints.ts'
import { emptyPlan, type Plan, runsOf } from './flows/drive.ts'
import { readLedger } from './ledger.ts'
import { type Place, placesOfFile } from './places.ts'
import { rounds, sighted } from './report.ts'
import { resume, storeEnded } from './resume.ts'
import { orphanedRecords, storedRuns } from './stored.ts'

/** So long that whoever waits for a lease to lapse comes too late. */
const longLeaseMs = 60_000
const soonMs = 15_000
const oldRuns = 520

const newPlace = placesOfFile()
const usual: Plan = { ...emptyPlan, voyages: ['north', 'south'], drifts: ['west'] }

const kinds = ['sqlite', 'postgres'] as const

describe.each(kinds)('on %s, what a process leaves that is killed', (kind) => {
  const all = failpoints.filter(({ only = kind }) => only === kind)
  // In the short form each database has every other point, so that both together have all.
  const half = all.filter(({ isLong = false }) => !isLong).filter((_, index) => index % 2 === kinds.indexOf(kind))
  const points = rounds > 1 ? all : half
  const titled = points.map((point) => [point.name, point] as const)

  test.concurrent.each(titled)('%s, another goes on with at once', async (_, point) => {
    await using place = await newPlace(kind)
    const { leaseMs = longLeaseMs, doing, after } = point
    const plan = { ...usual, ...point.plan }
    if (doing === 'prune') await storeEnded(place, oldRuns)

    const snapshots: Snapshot[] = []
    if (after !== undefined) snapshots.push(await killAt(failpointOf(after, kind), place, plan, leaseMs))
    snapshots.push(await killAt(point, place, plan, leaseMs))

    const { told, ms } = await resume(place, plan, { leaseMs })
    expectOutcomes(plan, told)
    const lines = readLedger(place.ledger)
    expectEffects(plan, lines, snapshots.length)
    const stored = await storedRuns(place)
    for (const snapshot of snapshots) expectNothingLost(snapshot, lines, stored)
    expect(await orphanedRecords(place)).toBe(0)
    if (leaseMs === longLeaseMs) expect(ms).toBeLessThan(soonMs)
    const runs = runsOf(plan).length
    const faults = snapshots.length
    sighted({ fault: `SIGKILL, ${kind}`, faults, runs, survived: runs, lost: 0, doubled: 0, recoveryMs: [ms] })
  })
})

/** Has a process do what there is to do until it is killed, and tells what it has left. */
async function killAt(point: Failpoint, place: Place, plan: Plan, leaseMs: number): Promise<Snapshot> {
  const { where, ledger } = place
  await using child = startChild({ be: 'killed', where, ledger, point: point.name, plan, leaseMs })
  const { signal } = await child.ended
  expect({ signal, complained: child.complained() }).toEqual({ signal: 'SIGKILL', complained: '' })
  const own = readLedger(ledger).filter(({ pid }) => pid === child.pid)
  expect(own.at(-1)).toEqual({ what: 'killed', point: point.name, pid: child.pid })
  return snapshotOf(place)
}
