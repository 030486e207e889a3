import { Failure, type Operation } from '../ports/index.js'

/** One answer of a stub: an output, a failure (see `fails`), or a function of the input; the last one may go on for ever. */
export type Answer<Input, Output> = Output | Failure | ((input: Input) => Output | Promise<Output>)

/** An operation with answers in place of its code. */
export interface Stub {
  readonly operation: Operation
  /** How many of the answers need not be used. */
  readonly spare?: number
  /** Nothing where the operation is to do its own work. */
  readonly answers: readonly unknown[] | undefined
}

/** Answers for an operation, one for each call, in order. They are held to the operation's schemas. */
export function stub<Input, Output>(
  operation: Operation<Input, Output>,
  ...answers: readonly Answer<NoInfer<Input>, NoInfer<Output>>[]
): Stub {
  return { operation, answers }
}

/** In a test with stubs: has an operation do its own work, also when an agent asks for it. */
export function real<Input, Output>(operation: Operation<Input, Output>): Stub {
  return { operation, answers: undefined }
}

/** A failure to answer with; it is worth a retry unless said otherwise. */
export function fails(
  code: string,
  options: { readonly retryable?: boolean; readonly details?: unknown } = {},
): Failure {
  const { retryable = true, details = {} } = options
  return new Failure({ code, message: `Failed as the test asked: ${code}.`, remedy: '', retryable, details })
}
