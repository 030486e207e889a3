import type { Failure } from '../../../ports/index.js'
import type { NestedStep } from '../../graph/index.js'
import { type StepOutcome, succeeded } from '../outcome.js'
import { Composite } from './composite.js'
import { InnerWorkflow } from './inner-workflow.js'

/** A step that runs a workflow within this one. */
export class NestedRun extends Composite<NestedStep> {
  begin(): void {
    if (this.isSettled(true)) return
    const { frame, step, key } = this
    frame.execution.started(key)
    let input: unknown = frame.input
    try {
      if (step.with !== undefined) input = step.with(this.state())
    } catch (error) {
      return this.fail(frame.blame(step.name, 'with', error))
    }
    const ended = (outcome: StepOutcome) => this.#ended(outcome)
    new InnerWorkflow({ outer: frame, definition: step.nested, key, input, isRepeated: false, ended }).begin()
  }

  #ended(outcome: StepOutcome): void {
    if (outcome.status === 'succeeded') return this.succeed(outcome.output)
    const { failure } = outcome as { readonly failure: Failure }
    const { onFailure, name } = this.step
    this.frame.execution.overruled(this.key)
    if (onFailure === undefined || this.frame.execution.isReplay) return this.fail(failure)
    const { execution } = this.frame
    execution.enter()
    // What was mended is recorded: it is not worked out again.
    const mended = (output: unknown) => {
      this.end(succeeded(output, this.ms))
      execution.leave()
    }
    const blamed = (error: unknown) => {
      this.fail(this.frame.blame(name, 'onFailure', error))
      execution.leave()
    }
    try {
      const made = onFailure(failure, this.state())
      if (made instanceof Promise) made.then(mended, blamed)
      else mended(made)
    } catch (error) {
      blamed(error)
    }
  }
}
