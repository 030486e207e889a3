import type { Failure } from '../../ports/index.js'

/** How a step ended. */
export type StepOutcome<Output = unknown> =
  | {
      readonly status: 'succeeded'
      readonly output: Output
      /** How long it took, all its tries together, and how much of that it waited: for a slot, for a rate, between tries. */
      readonly ms: number
      readonly waitedMs: number
    }
  | { readonly status: 'failed'; readonly failure: Failure; readonly ms: number; readonly waitedMs: number }
  | { readonly status: 'skipped'; readonly because: string }
  /** It was under way when the run ended. */
  | { readonly status: 'cancelled'; readonly because: string }

/** How something ended that was done. */
export type Ended = Extract<StepOutcome, { readonly status: 'succeeded' | 'failed' }>

/** A step that ended well. */
export function succeeded(output: unknown, ms = 0, waitedMs = 0): Ended {
  return { status: 'succeeded', output, ms, waitedMs }
}

/** A step that failed. */
export function failed(failure: unknown, ms = 0, waitedMs = 0): Ended {
  return { status: 'failed', failure: failure as Failure, ms, waitedMs }
}

/** A step that is not done. */
export function skipped(because: string): StepOutcome {
  return { status: 'skipped', because }
}

/** Failures of optional steps, without those of steps within this one; nothing where none is left. */
export function failuresBeside(
  failures: Record<string, Failure> | undefined,
  step: string,
): Record<string, Failure> | undefined {
  if (failures === undefined) return undefined
  const isWithin = (key: string) => key.startsWith(`${step}/`) || key.startsWith(`${step}#`)
  const beside = Object.entries(failures).filter(([key]) => !isWithin(key))
  return beside.length === 0 ? undefined : Object.fromEntries(beside)
}
