import type { Failure, SessionHandle } from '../../ports/index.js'

/** The names of the steps so far. */
export type NameOf<Steps> = keyof Steps & string

/** How a step names another one that it waits for: by its name, when it needs its output, else with a question mark. */
export type AfterOf<Steps> = NameOf<Steps> | `${NameOf<Steps>}?`

type Hard<After> = After extends `${string}?` ? never : After
type Soft<After> = After extends `${infer Name}?` ? Name : never

/** The outputs that a step sees: those it named, and those named with a question mark where there is one. */
export type Seen<Steps, After> = { readonly [Name in Hard<After> & keyof Steps]: Steps[Name] } & {
  readonly [Name in Soft<After> & keyof Steps]: Steps[Name] | undefined
}

/** What the functions of a workflow know of the run. */
export interface RunInfo {
  readonly id: string
  readonly tenant: string | undefined
  readonly session: SessionHandle | undefined
  readonly startedAt: Date
  readonly elapsedMs: number
}

/** What a step is given to decide by: the input of the run, the outputs it named, the session's data as they were at the start. */
export interface State<Input, Steps, After, Session> {
  readonly input: Input
  readonly steps: Seen<Steps, After>
  readonly session: Readonly<Session>
  readonly run: RunInfo
}

/** How a step ended. */
export type StepStatus = 'succeeded' | 'failed' | 'skipped'

/** One item of a map or node of a plan, as it ended. */
export type Settled<Item, Output> =
  | { readonly item: Item; readonly ok: true; readonly output: Output; readonly ms: number }
  | { readonly item: Item; readonly ok: false; readonly failure: Failure; readonly ms: number }
