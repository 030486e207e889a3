import type { InputOf, Operation, OutputOf, StandardSchema } from '../../ports/index.js'
import type { Signal } from './signal.js'
import type { Hard, Known, RunInfo, Seen, Settled, State, StepOutput, StepStatus } from './state.js'
import type {
  AllOf,
  ChoiceRules,
  ComputeRules,
  Condition,
  LoopRules,
  MapRules,
  NeedsIn,
  Operations,
  Order,
  OutputIn,
  PlanRules,
  RulesWith,
  SleepRules,
  StepRules,
  WaitRules,
} from './step-rules.js'
import type { Workflow } from './workflow.js'

/**
 * A name for a new step, or a sentence about why it cannot be one. `Said` is the name again: within the sentence the compiler
 * would narrow `Name` to all names there are, with each step anew.
 */
type Fresh<Name extends string, Refs, Said extends string = Name> = Name extends Refs
  ? `a step '${Said}' exists already`
  : Name extends `${string}?`
    ? `the name of a step must not end in '?'`
    : Name

/** What a workflow is between: what callers pass and get, and what its code sees and makes. */
export interface Ends {
  readonly given: unknown
  readonly input: unknown
  readonly made: unknown
  readonly output: unknown
  readonly session: unknown
}

/** The output of a map: those of its items, or of each how it ended. */
type Mapped<Settle, Item, Output> = readonly (Settle extends true ? Settled<Item, Output> : Output)[]

type StateOf<E extends Ends, Steps extends Known, After> = State<E['input'], Seen<Steps, After>, E['session']>

/**
 * Describes a workflow step by step; `output` completes it. Each call returns a new one: a beginning may be shared. `Refs` is
 * how its steps may be waited for: `'name'` or `'name?'`. (It has no alias: a union of named unions is slow to extend.)
 */
export interface WorkflowBuilder<E extends Ends, Steps extends Known, Refs extends string, Last extends Refs, Needed> {
  /** Asks an agent for an operation. */
  step<const Name extends string, Input, Output, N, F, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    operation: Operation<Input, Output, N>,
    ...rules: RulesWith<
      E['input'],
      Input,
      Order<A> & StepRules<StateOf<E, Steps, NoInfer<A>>, Input, Output, F>,
      StateOf<E, Steps, NoInfer<A>>
    >
  ): WorkflowBuilder<E, Steps | Known<Name, Output>, Refs | Name | `${Name}?`, Name, Needed & N & F>

  /** Works something out of what is there. */
  compute<const Name extends string, Output, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    rules: Order<A> & ComputeRules<StateOf<E, Steps, NoInfer<A>>, Output>,
  ): WorkflowBuilder<E, Steps | Known<Name, Awaited<Output>>, Refs | Name | `${Name}?`, Name, Needed>

  /** Asks for an operation for each item of a list; or, with `oneOf`, for the one of a typed set that `pick` names. */
  map<
    const Name extends string,
    Item,
    Input,
    Output,
    N,
    const Settle extends boolean = false,
    const A extends Refs = Last,
  >(
    name: Fresh<Name, Refs>,
    rules: Order<A> & MapRules<StateOf<E, Steps, NoInfer<A>>, Item, Input, Output, Operation<Input, Output, N>, Settle>,
  ): WorkflowBuilder<E, Steps | Known<Name, Mapped<Settle, Item, Output>>, Refs | Name | `${Name}?`, Name, Needed & N>
  map<
    const Name extends string,
    Item,
    const Ops extends Operations,
    const Settle extends boolean = false,
    const A extends Refs = Last,
  >(
    name: Fresh<Name, Refs>,
    rules: Order<A> & ChoiceRules<StateOf<E, Steps, NoInfer<A>>, Item, Ops, Settle>,
  ): WorkflowBuilder<
    E,
    Steps | Known<Name, Mapped<Settle, Item, OutputIn<Ops[keyof Ops]>>>,
    Refs | Name | `${Name}?`,
    Name,
    Needed & AllOf<NeedsIn<Ops[keyof Ops]>>
  >

  /** Repeats an operation or a workflow, each round with the output of the one before. */
  loop<const Name extends string, Input, Output, N, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    body: Operation<Input, Output, N> | Workflow<Input, Output, unknown, N>,
    rules: Order<A> & LoopRules<StateOf<E, Steps, NoInfer<A>>, Input, Output>,
  ): WorkflowBuilder<E, Steps | Known<Name, Output>, Refs | Name | `${Name}?`, Name, Needed & N>

  /** Runs a workflow within this one, as a part of its run. */
  workflow<const Name extends string, Input, Output, N, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    nested: Workflow<Input, Output, unknown, N>,
    ...rules: RulesWith<
      E['input'],
      Input,
      Order<A> &
        Condition<StateOf<E, Steps, NoInfer<A>>> &
        Pick<StepRules<StateOf<E, Steps, NoInfer<A>>, Input, Output>, 'onFailure'>,
      StateOf<E, Steps, NoInfer<A>>
    >
  ): WorkflowBuilder<E, Steps | Known<Name, Output>, Refs | Name | `${Name}?`, Name, Needed & N>

  /** Runs a graph that is proposed at run time, by an agent perhaps, and holds it to what it may ask for. */
  plan<const Name extends string, const Ops extends Operations, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    rules: Order<A> & PlanRules<StateOf<E, Steps, NoInfer<A>>, Ops>,
  ): WorkflowBuilder<
    E,
    Steps | Known<Name, Readonly<Record<string, Settled<string, OutputIn<Ops[keyof Ops]>>>>>,
    Refs | Name | `${Name}?`,
    Name,
    Needed & AllOf<NeedsIn<Ops[keyof Ops]>>
  >

  /** Waits until the run is told something from outside. */
  waitFor<const Name extends string, Schema extends StandardSchema, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    signal: Signal<Schema>,
    rules?: Order<A> & WaitRules<StateOf<E, Steps, NoInfer<A>>, OutputOf<Schema>>,
  ): WorkflowBuilder<E, Steps | Known<Name, OutputOf<Schema>>, Refs | Name | `${Name}?`, Name, Needed>

  /** Waits for some time. */
  sleep<const Name extends string, const A extends Refs = Last>(
    name: Fresh<Name, Refs>,
    rules: Order<A> & SleepRules<StateOf<E, Steps, NoInfer<A>>>,
  ): WorkflowBuilder<E, Steps | Known<Name, undefined>, Refs | Name | `${Name}?`, Name, Needed>

  /** Makes the output of the run, when every step has ended, of the steps named. */
  output<const A extends Refs>(
    after: readonly A[],
    make: (state: StateOf<E, Steps, NoInfer<A>> & { readonly status: Statuses<Refs> }) => E['made'],
    ...options: SessionRules<StateOf<E, Steps, NoInfer<A>>, E['session']>
  ): Workflow<E['given'], E['output'], Outputs<Steps, Refs>, Needed>
  /** Makes the output of the run, when every step has ended, of whatever there is. */
  output(
    make: (state: {
      readonly input: E['input']
      readonly steps: { readonly [Name in Hard<Refs>]: StepOutput<Steps, Name> | undefined }
      readonly status: Statuses<Refs>
      readonly session: Readonly<E['session']>
      readonly run: RunInfo
    }) => E['made'],
  ): Workflow<E['given'], E['output'], Outputs<Steps, Refs>, Needed>
}

/** What the next run of a session finds; a workflow whose sessions keep nothing has nothing to say of it. */
type SessionRules<StateNow, Session> = keyof Session extends never
  ? []
  : [options?: { readonly session?: (state: StateNow) => Partial<Session> }]

type Statuses<Refs extends string> = { readonly [Name in Hard<Refs>]: StepStatus }

type Outputs<Steps extends Known, Refs extends string> = { readonly [Name in Hard<Refs>]: StepOutput<Steps, Name> }

/** What a workflow of these schemas is between. */
export interface EndsOf<Input extends StandardSchema, Output extends StandardSchema, Session extends StandardSchema>
  extends Ends {
  readonly given: InputOf<Input>
  readonly input: OutputOf<Input>
  readonly made: InputOf<Output>
  readonly output: OutputOf<Output>
  readonly session: OutputOf<Session>
}
