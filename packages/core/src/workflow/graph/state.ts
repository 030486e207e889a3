import type { Failure, SessionHandle } from '../../ports/index.js'

/**
 * A step and what it puts out; a union of these is the steps so far. An intersection of records would say the same, but the
 * compiler goes over all members of all its parts with each step: a workflow of 200 steps took it most of a second.
 */
export interface Known<out Name extends string = string, out Output = unknown> {
  readonly name: Name
  readonly output: Output
}

/** What a step puts out. */
export type StepOutput<Steps extends Known, Name extends string> = {
  readonly [One in Steps as One['name']]: One['output']
}[Name]

/** Those that are named without a question mark. */
export type Hard<After> = After extends `${string}?` ? never : After

type Soft<After> = After extends `${infer Name}?` ? Name : never

/** The outputs that a step sees: those it named, and those named with a question mark where there is one. */
export type Seen<Steps extends Known, After> = {
  readonly [Name in Hard<After> & string]: StepOutput<Steps, Name>
} & {
  readonly [Name in Soft<After> & string]: StepOutput<Steps, Name> | undefined
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
export interface State<Input, Steps, Session> {
  readonly input: Input
  readonly steps: Steps
  readonly session: Readonly<Session>
  readonly run: RunInfo
}

/** How a step ended. */
export type StepStatus = 'succeeded' | 'failed' | 'skipped'

/** One item of a map or node of a plan, as it ended. */
export type Settled<Item, Output> =
  | { readonly item: Item; readonly ok: true; readonly output: Output; readonly ms: number }
  | { readonly item: Item; readonly ok: false; readonly failure: Failure; readonly ms: number }
