import type { MaybePromise } from '../../dispatch/index.js'
import { after } from '../../dispatch/index.js'
import { errorText, isFailure, type SchemaResult, type StandardSchema } from '../../ports/index.js'
import type { StepStatus, WorkflowDefinition } from '../graph/index.js'
import { runFailure, violation } from './failures.js'
import type { Frame } from './frame.js'

/** What a workflow came to. */
export interface Made {
  readonly output: unknown
  /** The step whose output it is, as far as the function that made it says; its schema has yet to be met. */
  readonly step: string | undefined
  /** What its session is from now on, where it has one. */
  readonly session: object | undefined
}

/** The input, as the workflow's code sees it; throws, or rejects, where it does not fit. */
export function checkedInput({ name, input }: WorkflowDefinition, given: unknown): MaybePromise<unknown> {
  return checked(input, given, 'workflow.invalid_input', `The input of ${name}`)
}

/** A value as its schema gives it; throws, or rejects, where `what` does not fit. */
export function checked(
  schema: StandardSchema,
  value: unknown,
  code: 'workflow.invalid_input' | 'workflow.invalid_output',
  what: string,
): MaybePromise<unknown> {
  // A schema that fails itself is told of as one that does not take the value.
  const broken = (cause: unknown): never => {
    throw runFailure(code, violation(what, [{ message: `its schema failed: ${errorText(cause)}` }]), cause)
  }
  const told = (result: SchemaResult<unknown>) => {
    if (result.issues !== undefined) throw runFailure(code, violation(what, result.issues))
    return result.value
  }
  let result: MaybePromise<SchemaResult<unknown>>
  try {
    result = schema['~standard'].validate(value)
  } catch (error) {
    return broken(error)
  }
  return result instanceof Promise ? result.then(told, broken) : after(result, told)
}

/** What the steps that have ended come to; throws, or rejects, where they come to nothing. */
export function outputOf(frame: Frame): MaybePromise<Made> {
  const { definition, execution } = frame
  const { make, session: makeSession } = definition.output
  const state = { ...frame.stateFrom(seenBy(frame)), status: statusesOf(frame) }
  const made = called(frame, 'output', () => make(state))
  const patch = makeSession && called(frame, 'session', () => makeSession(state))
  return after(checkedOutput(definition, made), (output) => {
    const step = stepOf(frame, made)
    if (patch === undefined) return { output, step, session: undefined }
    const { session } = definition
    if (session === undefined) return { output, step, session: undefined }
    const given = { ...execution.session, ...(patch as object) }
    const whole = checked(session, given, 'workflow.invalid_output', `The session's data that ${definition.name} made`)
    return after(whole, (data) => ({ output, step, session: data as object }))
  })
}

/** An output as the workflow's schema gives it. */
export function checkedOutput({ name, outputSchema }: WorkflowDefinition, made: unknown): MaybePromise<unknown> {
  return checked(outputSchema, made, 'workflow.invalid_output', `The output that ${name} made`)
}

function seenBy({ definition, outcomes }: Frame) {
  const { graph, output } = definition
  if (output.after === undefined) return graph.nodes.map((_, index) => ({ index }))
  for (const { name, isSoft, index } of output.after) {
    if (isSoft) continue
    const outcome = outcomes[index]
    if (outcome?.status === 'succeeded') continue
    const because = outcome?.status === 'failed' ? 'it has failed' : (outcome?.because ?? 'it was not done')
    const cause = outcome?.status === 'failed' ? outcome.failure : undefined
    throw runFailure('workflow.no_output', { workflow: definition.name, step: name, because }, cause)
  }
  return output.after
}

function statusesOf({ definition, outcomes }: Frame): Readonly<Record<string, StepStatus>> {
  const statuses: Record<string, StepStatus> = {}
  definition.graph.nodes.forEach(({ name }, place) => {
    statuses[name] = outcomes[place]?.status as StepStatus
  })
  return statuses
}

function stepOf({ definition, outcomes }: Frame, made: unknown): string | undefined {
  if (typeof made !== 'object' || made === null) return undefined
  const place = outcomes.findIndex((one) => one?.status === 'succeeded' && one.output === made)
  const step = definition.graph.nodes[place]
  // What consists of others has no record of its own.
  return step?.kind === 'step' || step?.kind === 'compute' ? step.name : undefined
}

function called<Result>({ definition }: Frame, name: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (isFailure(error)) throw error
    const details = { workflow: definition.name, step: 'the output', name, because: errorText(error) }
    throw runFailure('workflow.function_failed', details, error)
  }
}
