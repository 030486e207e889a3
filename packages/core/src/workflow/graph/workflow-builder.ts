import type { InputOf, Operation, OutputOf, StandardSchema } from '../../ports/index.js'
import type { Signal } from './signal.js'
import type { AfterOf, RunInfo, Settled, State, StepStatus } from './state.js'
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

/** A name for a new step, or a sentence about why it cannot be one. */
type Fresh<Name extends string, Steps> = Name extends keyof Steps
  ? `a step '${Name}' exists already`
  : Name extends `${string}?`
    ? `the name of a step must not end in '?'`
    : Name

/** Steps that wait for the step before, unless they say otherwise. */
type Usually<Last extends string, Steps> = Last & keyof Steps & string

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

type StateOf<E extends Ends, Steps, After> = State<E['input'], Steps, After, E['session']>

/** Describes a workflow step by step; `output` completes it. Each call returns a new one: a beginning may be shared. */
export interface WorkflowBuilder<E extends Ends, Steps, Last extends string, Needed> {
  /** Asks an agent for an operation. */
  step<const Name extends string, Input, Output, N, F, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    operation: Operation<Input, Output, N>,
    ...rules: RulesWith<
      E['input'],
      Input,
      Order<A> & StepRules<StateOf<E, Steps, NoInfer<A>>, Input, Output, F>,
      StateOf<E, Steps, NoInfer<A>>
    >
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: Output }, Name, Needed & N & F>

  /** Works something out of what is there. */
  compute<const Name extends string, Output, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    rules: Order<A> & ComputeRules<StateOf<E, Steps, NoInfer<A>>, Output>,
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: Awaited<Output> }, Name, Needed>

  /** Asks for an operation for each item of a list; or, with `oneOf`, for the one of a typed set that `pick` names. */
  map<
    const Name extends string,
    Item,
    Input,
    Output,
    N,
    const Settle extends boolean = false,
    const A extends AfterOf<Steps> = Usually<Last, Steps>,
  >(
    name: Fresh<Name, Steps>,
    rules: Order<A> & MapRules<StateOf<E, Steps, NoInfer<A>>, Item, Input, Output, Operation<Input, Output, N>, Settle>,
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: Mapped<Settle, Item, Output> }, Name, Needed & N>
  map<
    const Name extends string,
    Item,
    const Ops extends Operations,
    const Settle extends boolean = false,
    const A extends AfterOf<Steps> = Usually<Last, Steps>,
  >(
    name: Fresh<Name, Steps>,
    rules: Order<A> & ChoiceRules<StateOf<E, Steps, NoInfer<A>>, Item, Ops, Settle>,
  ): WorkflowBuilder<
    E,
    Steps & { readonly [K in Name]: Mapped<Settle, Item, OutputIn<Ops[keyof Ops]>> },
    Name,
    Needed & AllOf<NeedsIn<Ops[keyof Ops]>>
  >

  /** Repeats an operation or a workflow, each round with the output of the one before. */
  loop<const Name extends string, Input, Output, N, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    body: Operation<Input, Output, N> | Workflow<Input, Output, unknown, N>,
    rules: Order<A> & LoopRules<StateOf<E, Steps, NoInfer<A>>, Input, Output>,
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: Output }, Name, Needed & N>

  /** Runs a workflow within this one, as a part of its run. */
  workflow<const Name extends string, Input, Output, N, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    nested: Workflow<Input, Output, unknown, N>,
    ...rules: RulesWith<
      E['input'],
      Input,
      Order<A> &
        Condition<StateOf<E, Steps, NoInfer<A>>> &
        Pick<StepRules<StateOf<E, Steps, NoInfer<A>>, Input, Output>, 'onFailure'>,
      StateOf<E, Steps, NoInfer<A>>
    >
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: Output }, Name, Needed & N>

  /** Runs a graph that is proposed at run time, by an agent perhaps, and holds it to what it may ask for. */
  plan<const Name extends string, const Ops extends Operations, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    rules: Order<A> & PlanRules<StateOf<E, Steps, NoInfer<A>>, Ops>,
  ): WorkflowBuilder<
    E,
    Steps & { readonly [K in Name]: Readonly<Record<string, Settled<string, OutputIn<Ops[keyof Ops]>>>> },
    Name,
    Needed & AllOf<NeedsIn<Ops[keyof Ops]>>
  >

  /** Waits until the run is told something from outside. */
  waitFor<
    const Name extends string,
    Schema extends StandardSchema,
    const A extends AfterOf<Steps> = Usually<Last, Steps>,
  >(
    name: Fresh<Name, Steps>,
    signal: Signal<Schema>,
    rules?: Order<A> & WaitRules<StateOf<E, Steps, NoInfer<A>>, OutputOf<Schema>>,
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: OutputOf<Schema> }, Name, Needed>

  /** Waits for some time. */
  sleep<const Name extends string, const A extends AfterOf<Steps> = Usually<Last, Steps>>(
    name: Fresh<Name, Steps>,
    rules: Order<A> & SleepRules<StateOf<E, Steps, NoInfer<A>>>,
  ): WorkflowBuilder<E, Steps & { readonly [K in Name]: undefined }, Name, Needed>

  /** Makes the output of the run, when every step has ended, of the steps named. */
  output<const A extends AfterOf<Steps>>(
    after: readonly A[],
    make: (state: StateOf<E, Steps, NoInfer<A>> & Statuses<Steps>) => E['made'],
    options?: { readonly session?: (state: StateOf<E, Steps, NoInfer<A>>) => Partial<E['session']> },
  ): Workflow<E['given'], E['output'], Steps, Needed>
  /** Makes the output of the run, when every step has ended, of whatever there is. */
  output(
    make: (state: {
      readonly input: E['input']
      readonly steps: { readonly [K in keyof Steps]: Steps[K] | undefined }
      readonly status: { readonly [K in keyof Steps]: StepStatus }
      readonly session: Readonly<E['session']>
      readonly run: RunInfo
    }) => E['made'],
  ): Workflow<E['given'], E['output'], Steps, Needed>
}

interface Statuses<Steps> {
  readonly status: { readonly [K in keyof Steps]: StepStatus }
}

/** What a workflow of these schemas is between. */
export interface EndsOf<Input extends StandardSchema, Output extends StandardSchema, Session extends StandardSchema>
  extends Ends {
  readonly given: InputOf<Input>
  readonly input: OutputOf<Input>
  readonly made: InputOf<Output>
  readonly output: OutputOf<Output>
  readonly session: OutputOf<Session>
}
