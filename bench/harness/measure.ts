import type { Bench, Case, TargetedCase } from './bench.ts'

const rounds = 11
const roundMs = 60
const warmUpMs = 600

/** What one case took, in nanoseconds per operation: the median of its rounds. */
export interface Measurement {
  name: string
  ns: number
  /** How far apart the rounds are: half the range of the middle half, as a share of the median. */
  spread: number
  target?: TargetedCase['target']
}

/** The measurements of one bench, all of one run. */
export interface Measured {
  name: string
  floor: Measurement
  cases: Measurement[]
}

/** Measures the floor and the cases of a bench in turns, so that all of them meet the same moods of the machine. */
export async function measure({ name, floor, cases }: Bench): Promise<Measured> {
  const all = [floor, ...cases]
  for (const each of all) await each.before?.()
  try {
    const counts = new Map<Case, number>()
    for (const each of all) counts.set(each, await runsPerRound(each))
    const times = new Map<Case, number[]>(all.map((each) => [each, []]))
    for (let round = 0; round < rounds; round++) {
      for (const each of all) {
        const ns = each.figure?.(round + 1) ?? (await nsPerOperation(each, counts.get(each) ?? 1))
        times.get(each)?.push(ns)
      }
    }
    return {
      name,
      floor: summary(floor, times.get(floor) ?? []),
      cases: cases.map((each) => ({
        ...summary(each, times.get(each) ?? []),
        ...(each.target && { target: each.target }),
      })),
    }
  } finally {
    for (const each of all) await each.after?.()
  }
}

/** Warms a case up, and finds how often it runs in one round. */
async function runsPerRound(each: Case): Promise<number> {
  if (each.figure !== undefined) return 1
  let count = 1
  // Once, and not before each round: a collection takes optimised code with it whose objects are all gone.
  globalThis.gc?.()
  for (const end = performance.now() + warmUpMs; ; count *= 2) {
    const ns = await nsPerOperation(each, count)
    if (performance.now() > end) return Math.max(1, Math.round((roundMs * 1e6) / (ns * (each.operations ?? 1))))
  }
}

async function nsPerOperation({ run, operations = 1 }: Case, count: number): Promise<number> {
  const first = run()
  const isAsync = first instanceof Promise
  await first
  const startedAt = process.hrtime.bigint()
  // A synchronous case is not charged for an await that it does not need.
  if (isAsync) await awaitedLoop(run, count)
  else plainLoop(run, count)
  return Number(process.hrtime.bigint() - startedAt) / (count * operations)
}

async function awaitedLoop(run: () => unknown, count: number): Promise<void> {
  for (let index = 0; index < count; index++) kept.result = await run()
}

function plainLoop(run: () => unknown, count: number): void {
  for (let index = 0; index < count; index++) kept.result = run()
}

/** A result that nobody could read would let the engine leave the work out. */
export const kept: { result: unknown } = { result: undefined }

function summary({ name }: Case, times: readonly number[]): Measurement {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { name, ns: at(0.5), spread: (at(0.75) - at(0.25)) / 2 / at(0.5) }
}
