import type { EndedStatus, ReleasedStatus } from '../../ports/index.js'

/** What a run does while it is running. */
export type RunPhase =
  | 'initializing'
  | 'planning'
  | 'executing_single'
  | 'executing_parallel'
  | 'synthesizing'
  | 'responding'

/** Where a run stands. */
export type RunState = 'queued' | RunPhase | EndedStatus | 'suspended' | 'needs-attention'

/** What moves a run from one state to the next. */
export type RunTrigger =
  | 'taken'
  | 'prepared'
  | 'one_running'
  | 'several_running'
  | 'none_running'
  | 'all_settled'
  | 'output_made'
  | 'step_failed'
  | 'cancel_asked'
  | 'time_up'
  | 'only_waits_left'
  | 'outcome_unclear'
  | 'handed_back'
  | 'due'
  | 'resumed'
  | EndedStatus

type Moves = Partial<Readonly<Record<RunTrigger, RunState>>>

/** What can end or interrupt a run at any time while it is running. */
const interruptions = {
  step_failed: 'responding',
  cancel_asked: 'responding',
  time_up: 'responding',
  outcome_unclear: 'needs-attention',
  handed_back: 'queued',
} as const satisfies Moves

const ended = {} as const satisfies Moves

/** Every transition that there is. */
export const runTransitions: Readonly<Record<RunState, Moves>> = {
  queued: { taken: 'initializing', ...interruptions },
  initializing: { prepared: 'planning', ...interruptions },
  planning: {
    one_running: 'executing_single',
    several_running: 'executing_parallel',
    all_settled: 'synthesizing',
    only_waits_left: 'suspended',
    ...interruptions,
  },
  executing_single: {
    several_running: 'executing_parallel',
    none_running: 'planning',
    all_settled: 'synthesizing',
    ...interruptions,
  },
  executing_parallel: {
    one_running: 'executing_single',
    none_running: 'planning',
    all_settled: 'synthesizing',
    ...interruptions,
  },
  synthesizing: { output_made: 'responding', ...interruptions },
  responding: {
    succeeded: 'succeeded',
    partial: 'partial',
    failed: 'failed',
    cancelled: 'cancelled',
    handed_back: 'queued',
  },
  // In the store, whoever takes the run then.
  suspended: { due: 'queued' },
  'needs-attention': { resumed: 'queued' },
  succeeded: ended,
  partial: ended,
  failed: ended,
  cancelled: ended,
}

/** What moves a run that is released. */
export const releaseTriggers = {
  pending: 'handed_back',
  suspended: 'only_waits_left',
  'needs-attention': 'outcome_unclear',
} as const satisfies Record<ReleasedStatus, RunTrigger>

/** The transitions as a Mermaid state diagram. */
export function drawRunStates(): string {
  const lines = ['stateDiagram-v2', '  [*] --> queued']
  const id = (state: string) => state.replace('-', '_')
  for (const [from, moves] of Object.entries(runTransitions)) {
    const targets = Object.entries(moves)
    for (const [trigger, to] of targets) lines.push(`  ${id(from)} --> ${id(to)}: ${trigger}`)
    if (targets.length === 0) lines.push(`  ${id(from)} --> [*]`)
  }
  return `${lines.join('\n')}\n`
}

/** Where one run stands: it moves along the transitions, and tells of each. */
export class RunStateMachine {
  #state: RunState
  readonly #moved: (from: RunState, to: RunState, trigger: RunTrigger) => void

  constructor(from: RunState, moved: (from: RunState, to: RunState, trigger: RunTrigger) => void) {
    this.#state = from
    this.#moved = moved
  }

  get state(): RunState {
    return this.#state
  }

  /** Moves on; false where there is no such transition from here, and nothing has changed. */
  move(trigger: RunTrigger): boolean {
    const from = this.#state
    const to = runTransitions[from][trigger]
    if (to === undefined) return false
    this.#state = to
    this.#moved(from, to, trigger)
    return true
  }
}
