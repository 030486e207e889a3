/** One thing to measure: `run` is a single operation, unless said otherwise; when it returns a promise, that is awaited. */
export interface Case {
  name: string
  run: () => unknown
  /** How many operations one `run` is, where it is more than one. */
  operations?: number
  /** Works out what an operation takes, in nanoseconds, where that is not to be measured: in virtual time, for a seed. */
  figure?: (seed: number) => number
  /** Prepares what `run` uses, once, outside of what is measured. */
  before?: () => unknown
  /** Puts away what `before` made. */
  after?: () => unknown
}

/**
 * A case with a promise: at most so many times the floor, so many nanoseconds more than the floor, or so many at all (on a
 * slow machine rather so many times the floor, where that is more).
 */
export interface TargetedCase extends Case {
  target?: { timesFloor: number } | { overFloorNs: number } | { ns: number; orTimesFloor?: number }
}

/** What a file `*.bench.ts` exports by default: cases, beside the floor that no implementation can be faster than. */
export interface Bench {
  name: string
  floor: Case
  cases: readonly TargetedCase[]
}

/** Types a bench where it is written. */
export function defineBench(bench: Bench): Bench {
  return bench
}
