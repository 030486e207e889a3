import { expect } from 'vitest'
import { type Plan, runsOf, type Told } from './flows/drive.ts'
import { arrivalOf, effectsOfVoyage } from './flows/voyage.ts'
import { effectsOf, keyedEffects, type Line, readLedger } from './ledger.ts'
import type { Place } from './places.ts'
import { type StoredRun, storedRuns } from './stored.ts'

/** What there is at a moment. */
export interface Snapshot {
  readonly lines: readonly Line[]
  readonly stored: ReadonlyMap<string, StoredRun>
}

/** What there is now. */
export async function snapshotOf(place: Place): Promise<Snapshot> {
  const stored = await storedRuns(place)
  return { lines: readLedger(place.ledger), stored }
}

/** Every run of a plan ended as it would have without any fault. */
export function expectOutcomes(plan: Plan, told: ReadonlyMap<string, Told>): void {
  const expected = new Map<string, Told>([
    ...plan.voyages.map((run) => [run, { status: 'partial', output: arrivalOf(run) }] as const),
    ...plan.drifts.map((run) => [run, { status: 'cancelled', output: undefined }] as const),
    ...plan.errands.map((run) => [run, { status: 'succeeded', output: { text: 'reserved seat' } }] as const),
    ...plan.watches.map((run) => [run, { status: 'succeeded', output: { text: expect.any(String) } }] as const),
  ])
  expect(told).toEqual(expected)
}

/** Nothing that was there is gone, or changed, and nothing that was recorded was done again. */
export function expectNothingLost(
  { lines: linesThen, stored: storedThen }: Snapshot,
  lines: readonly Line[],
  stored: ReadonlyMap<string, StoredRun>,
): void {
  for (const line of linesThen) expectKept(line, storedThen)
  const [then, now] = [countsOf(linesThen), countsOf(lines)]
  for (const [run, { status, records }] of storedThen) {
    if (run.startsWith('old-')) continue
    const kept = stored.get(run)
    expect(kept, `the run ${run}, which was ${status}`).toBeDefined()
    if (isOver(status)) expect(kept?.status).toBe(status)
    for (const [key, record] of records) {
      expect(kept?.records.get(key), `the record ${key} of ${run}`).toBe(record)
      if (!/^(result|failure)/.test(record)) continue
      const effect = `${run} ${key}`
      expect(now.get(effect), `how often ${key} of ${run}, which was recorded, was done`).toBe(then.get(effect))
    }
  }
}

/** What somebody was told is stored is there. */
function expectKept(line: Line, stored: ReadonlyMap<string, StoredRun>): void {
  if (line.what === 'effect' || line.what === 'killed') return
  const run = stored.get(line.run)
  expect(run, `the run ${line.run}, which its client was told was ${line.what}`).toBeDefined()
  if (line.what === 'ended') expect(run?.status).toSatisfy(isOver)
  if (line.what === 'signalled') expect(run?.records.has(`signal:yes-${line.run}`)).toBe(true)
}

/** Each effect of the runs of a plan happened, under one key; what happens at most once happened once. */
export function expectEffects(plan: Plan, lines: readonly Line[], kills: number): void {
  for (const run of plan.voyages) {
    const effects = effectsOf(lines, run)
    expect(
      keyedEffects(effects)
        .map(({ step }) => step)
        .toSorted(),
    ).toEqual(effectsOfVoyage(run))
    const counts = countsOf(effects)
    expect(counts.get(`${run} charge`)).toBe(1)
    expect([...counts].filter(([, count]) => count > 1 + kills)).toEqual([])
  }
  for (const run of runsOf(plan)) {
    const effects = effectsOf(lines, run)
    expect(keyedEffects(effects)).toHaveLength(new Set(effects.map(({ step }) => step)).size)
  }
}

function countsOf(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { run, step } of effectsOf(lines)) counts.set(`${run} ${step}`, (counts.get(`${run} ${step}`) ?? 0) + 1)
  return counts
}

function isOver(status: string): boolean {
  return ['succeeded', 'partial', 'failed', 'cancelled'].includes(status)
}
