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

/** A step that ended well. */
export function succeeded(output: unknown, ms = 0, waitedMs = 0): StepOutcome {
  return { status: 'succeeded', output, ms, waitedMs }
}

/** A step that failed. */
export function failed(failure: unknown, ms = 0, waitedMs = 0): StepOutcome {
  return { status: 'failed', failure: failure as Failure, ms, waitedMs }
}

/** A step that is not done. */
export function skipped(because: string): StepOutcome {
  return { status: 'skipped', because }
}
