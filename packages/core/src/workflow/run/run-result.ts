import type { Failure } from '../../ports/index.js'
import type { StepDefinition, StepKind, WorkflowDefinition } from '../graph/index.js'
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
  /** All steps together, without what they waited. */
  readonly stepsMs: number
  /** How much they waited, all together: for slots, for rates, between tries, for what a step waits for. */
  readonly waitedMs: number
  /** How many times faster it was than one step after the other. */
  readonly speedup: number
}

type NameIn<Steps> = keyof Steps & string

/** What is told about a run whatever became of it. */
export interface RunFacts<Steps> {
  readonly runId: string
  readonly steps: { readonly [Name in keyof Steps]?: StepOutcome<Steps[Name]> }
  readonly times: RunTimes
}

/** Why a person has to look at a run. */
export type Attention = 'outcome-unknown' | 'definition-changed' | 'too-many-recoveries'

/** What became of a run, so far: one of seven. */
export type Conclusion<Output = unknown, Steps = Readonly<Record<string, unknown>>> =
  | { readonly ok: true; readonly status: 'succeeded'; readonly output: Output }
  | {
      readonly ok: true
      readonly status: 'partial'
      readonly output: Output
      /** The failures of optional steps; those of steps within others by both names. */
      readonly failures: { readonly [Name in keyof Steps]?: Failure } & {
        readonly [inner: `${string}/${string}`]: Failure
      }
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
  /** It goes on without us. */
  | {
      readonly ok: false
      readonly status: 'running'
      readonly because: 'stopped-waiting' | 'host-closing' | 'taken-over'
    }
  | {
      readonly ok: false
      readonly status: 'needs-attention'
      readonly step?: NameIn<Steps>
      readonly because: Attention
    }

/** What became of a run, so far, with how every step ended. */
export type RunResult<Output = unknown, Steps = Readonly<Record<string, unknown>>> = RunFacts<Steps> &
  Conclusion<Output, Steps>

/** A result without its types. */
export type AnyResult = RunResult<unknown, Readonly<Record<string, unknown>>>

/** What became of a run, with how its steps ended. */
export function resultOf(
  runId: string,
  { graph }: WorkflowDefinition,
  outcomes: readonly (StepOutcome | undefined)[],
  wallMs: number,
  conclusion: Conclusion,
): AnyResult {
  const steps: Record<string, StepOutcome> = {}
  outcomes.forEach((outcome, place) => {
    if (outcome !== undefined) steps[(graph.nodes[place] as { readonly name: string }).name] = outcome
  })
  return { runId, steps, times: timesOf(steps, wallMs), ...conclusion }
}

/** How long steps took, all together. */
function timesOf(steps: Readonly<Record<string, StepOutcome | undefined>>, wallMs: number): RunTimes {
  let [stepsMs, waitedMs] = [0, 0]
  for (const name in steps) {
    const one = steps[name]
    if (one?.status !== 'succeeded' && one?.status !== 'failed') continue
    waitedMs += one.waitedMs
    stepsMs += one.ms - one.waitedMs
  }
  return { wallMs, stepsMs, waitedMs, speedup: wallMs > 0 ? stepsMs / wallMs : 1 }
}

/** The conclusion of a run that failed, by itself or by a step. */
export function failedBy(failure: Failure, step?: StepDefinition): Extract<Conclusion, { status: 'failed' }> {
  const where = step === undefined ? undefined : { failedStep: step.name }
  return { ok: false, status: 'failed', failure, ...where, suggestions: suggestionsFor(failure, step) }
}

/** What steps of a kind can do when they have failed. */
const instead: Partial<Record<StepKind, string>> = {
  step: 'fallback or onFailure',
  workflow: 'onFailure',
  wait: 'onFailure',
}

/** What may help with a failure: its own remedy, and what the workflow could say about such a step. */
function suggestionsFor(failure: Failure, step: StepDefinition | undefined): readonly string[] {
  // What failed within may say more than that it did.
  const suggestions = failure.remedy === '' || failure.remedy === 'See the cause.' ? [] : [failure.remedy]
  if (step === undefined || failure.code === 'workflow.function_failed') return suggestions
  const { name, kind } = step
  if (failure.retryable && 'rules' in step) {
    suggestions.push(`Let the step ${name} be tried more often: retry: { attempts: … }.`)
  }
  const help = instead[kind]
  if (help === undefined) suggestions.push(`Say that ${name} is optional, if the output can do without it.`)
  else suggestions.push(`Say what ${name} does instead: ${help}; or, if the output can do without it, optional.`)
  return suggestions
}
