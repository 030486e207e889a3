import type { Failure } from '../../ports/index.js'
import type { StepOutcome } from './outcome.js'

/** What a run waits for. */
export interface Awaited<Step extends string = string> {
  readonly step: Step
  /** The signal by which it goes on; nothing where it only waits for a time. */
  readonly signal?: string
  readonly until?: Date
}

/** How long a run took, and how long it would have taken one step after the other. */
export interface RunTimes {
  readonly wallMs: number
  /** All steps together. */
  readonly stepsMs: number
  /** How much of that they waited: for slots, for rates, between tries. */
  readonly waitedMs: number
  /** How many times faster it was than one step after the other. */
  readonly speedup: number
}

type NameIn<Steps> = keyof Steps & string

/** What became of a run, so far: one of seven, each with how every step ended. */
export type RunResult<Output = unknown, Steps = Readonly<Record<string, unknown>>> = {
  readonly runId: string
  readonly steps: { readonly [Name in keyof Steps]?: StepOutcome<Steps[Name]> }
  readonly times: RunTimes
} & (
  | { readonly ok: true; readonly status: 'succeeded'; readonly output: Output }
  | {
      readonly ok: true
      readonly status: 'partial'
      readonly output: Output
      /** The failures of optional steps. */
      readonly failures: { readonly [Name in keyof Steps]?: Failure }
    }
  | {
      readonly ok: false
      readonly status: 'failed'
      readonly failure: Failure
      readonly failedStep?: NameIn<Steps>
      /** What may help, in sentences for people. */
      readonly suggestions: readonly string[]
    }
  | { readonly ok: false; readonly status: 'cancelled'; readonly reason: unknown }
  | { readonly ok: false; readonly status: 'suspended'; readonly waitingFor: readonly Awaited<NameIn<Steps>>[] }
  | {
      readonly ok: false
      readonly status: 'running'
      readonly because: 'stopped-waiting' | 'host-closing' | 'taken-over'
    }
  | {
      readonly ok: false
      readonly status: 'needs-attention'
      readonly step?: NameIn<Steps>
      readonly because: 'outcome-unknown' | 'definition-changed' | 'too-many-recoveries'
    }
)

/** A result without its types. */
export type AnyResult = RunResult<unknown, Readonly<Record<string, unknown>>>

/** What is told about the end of a run besides its steps. */
export type Conclusion = AnyResult extends infer One
  ? One extends AnyResult
    ? Omit<One, 'runId' | 'steps' | 'times'>
    : never
  : never
