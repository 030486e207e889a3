import type { Failure, Operation, PolicyLike } from '../../ports/index.js'

/** Which steps it waits for: `'name'` needs its output, `'name?'` may go on without. Absent: the step before; `[]`: none. */
export interface Order<After> {
  readonly after?: readonly After[]
}

/** Whether a step is done at all, and what its failure means. */
export interface Condition<StateNow> {
  /** Tells whether it is done; if not, it is skipped, and whatever needs its output with it. */
  readonly when?: (state: StateNow) => boolean
  /** Its failure leaves the run with a partial result instead of failing it. */
  readonly optional?: boolean
}

/** How often a failed step is tried. */
export interface StepRetry {
  /** How many tries there are in all, the first included. */
  readonly attempts: number
  readonly baseMs?: number
  readonly capMs?: number
}

/** How long a call of an operation may take, and what helps when it fails. */
interface CallRules<Input, Output, Needed = unknown> {
  /** Takes the place of the retries that the agent's policy makes; `false`: none. */
  readonly retry?: StepRetry | false
  /** How long the operation may take in all, retries included; a fallback has as long again. */
  readonly timeoutMs?: number
  /** How long it may go on without telling of progress. */
  readonly idleTimeoutMs?: number
  /** Stands around the calls of this step instead of the agent's policy. */
  readonly policy?: PolicyLike
  /** Is asked, with the same input, when all tries have failed. */
  readonly fallback?: Operation<Input, Output, Needed>
  /** Marked durably before the call, never tried again; what became of it after a crash, a person decides. */
  readonly atMostOnce?: boolean
}

/** What may be said about a step. */
export interface StepRules<StateNow, Input, Output, Needed = unknown>
  extends Condition<StateNow>,
    CallRules<Input, Output, Needed> {
  /** Makes an output of the failure that nothing else mended. */
  readonly onFailure?: (failure: Failure, state: StateNow) => Output | Promise<Output>
}

/** Makes the input of a step. */
export interface With<StateNow, Input> {
  readonly with: (state: StateNow) => NoInfer<Input>
}

/** Rules that must have a `with` unless the run's own input fits. */
export type RulesWith<RunInput, Input, Rules, StateNow> = [RunInput] extends [Input]
  ? [rules?: Rules & Partial<With<StateNow, Input>>]
  : [rules: Rules & With<StateNow, Input>]

/** How many things go on side by side, and what the failure of one means. */
interface Spread<Settle> {
  /** How many at once, within what the run may have at once. */
  readonly concurrency?: number
  /** Whether the output tells of each item how it ended, failures included, instead of failing with the first. */
  readonly settle?: Settle
}

export interface MapRules<StateNow, Item, Input, Output, Op, Settle>
  extends Condition<StateNow>,
    Spread<Settle>,
    Omit<CallRules<Input, Output>, 'fallback'> {
  readonly over: (state: StateNow) => readonly Item[]
  readonly run: Op | ((item: NoInfer<Item>) => Op)
  readonly with: (item: NoInfer<Item>, state: StateNow) => NoInfer<Input>
  /** Names an item: its record and its idempotency key stay its own wherever it stands in the list. */
  readonly key?: (item: NoInfer<Item>) => string
}

export interface ChoiceRules<StateNow, Item, Ops extends Operations, Settle>
  extends Condition<StateNow>,
    Spread<Settle>,
    Omit<CallRules<never, unknown>, 'fallback'> {
  readonly over: (state: StateNow) => readonly Item[]
  readonly oneOf: Ops
  readonly pick: (item: NoInfer<Item>, state: StateNow) => keyof Ops
  readonly with: (item: NoInfer<Item>, state: StateNow) => NoInfer<InputIn<Ops[keyof Ops]>>
  readonly key?: (item: NoInfer<Item>) => string
}

export interface LoopRules<StateNow, Input, Output>
  extends Condition<StateNow>,
    Omit<CallRules<Input, Output>, 'fallback'> {
  /** How many rounds there are at most. */
  readonly max: number
  /** Whether the loop fails when `max` rounds were not enough (`fail`), or goes on with the last output (`keep`, unless given). */
  readonly whenMaxed?: 'keep' | 'fail'
  readonly with: (
    state: StateNow & { readonly previous: NoInfer<Output> | undefined; readonly round: number },
  ) => NoInfer<Input>
  /** Tells whether an output is what was wanted. */
  readonly until: (output: NoInfer<Output>, state: StateNow) => boolean
}

export interface PlanRules<StateNow, Ops extends Operations>
  extends Condition<StateNow>,
    Omit<CallRules<never, unknown>, 'fallback'> {
  /** What a plan may ask for, by the name that it uses. */
  readonly operations: Ops
  /** The proposed graph: untrusted, and checked before anything of it begins. */
  readonly nodes: (state: StateNow) => readonly PlanNode<keyof Ops & string>[]
  /** How many nodes it may have. */
  readonly max: number
  readonly concurrency?: number
}

/** One node of a graph that was proposed at run time. */
export interface PlanNode<Name extends string = string> {
  readonly id: string
  readonly operation: Name
  readonly input: unknown
  readonly after?: readonly string[] | undefined
}

export interface WaitRules<StateNow, Output> extends Condition<StateNow> {
  /** How long to wait; then the step fails. Absent: until the signal comes. */
  readonly timeoutMs?: number
  readonly onFailure?: (failure: Failure, state: StateNow) => Output | Promise<Output>
}

export interface SleepRules<StateNow> extends Condition<StateNow> {
  /** How long. */
  readonly ms: number | ((state: StateNow) => number)
}

export interface ComputeRules<StateNow, Output> extends Condition<StateNow> {
  /** Works the output out. It asks nobody: it may be repeated after a crash. */
  readonly run: (state: StateNow) => Output
}

export type Operations = Readonly<Record<string, Operation>>
type InputIn<Op> = Op extends Operation<infer Input, unknown, unknown> ? Input : never
export type OutputIn<Op> = Op extends Operation<never, infer Output, unknown> ? Output : never
export type NeedsIn<Op> = Op extends Operation<never, unknown, infer Needed> ? Needed : never
export type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never
