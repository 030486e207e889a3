import type { Failure } from '../../../ports/index.js'
import type { NestedStep } from '../../graph/index.js'
import { bodyOf } from '../../journal/index.js'
import type { StepOutcome } from '../outcome.js'
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
      if (step.with !== undefined) input = step.with(frame.state(step.after))
    } catch (error) {
      return this.fail(frame.blame(step.name, 'with', error))
    }
    const ended = (outcome: StepOutcome) => this.#ended(outcome)
    new InnerWorkflow({ outer: frame, definition: step.nested, key, input, isRepeated: false, ended }).begin()
  }

  #ended(outcome: StepOutcome): void {
    if (outcome.status === 'succeeded') return this.succeed(outcome.output)
    const { failure } = outcome as { readonly failure: Failure }
    const { onFailure, after, name } = this.step
    this.frame.execution.overruled(this.key)
    if (onFailure === undefined || this.frame.execution.isReplay) return this.fail(failure)
    const { execution } = this.frame
    execution.enter()
    const blamed = (error: unknown) => {
      this.fail(this.frame.blame(name, 'onFailure', error))
      execution.leave()
    }
    try {
      const mended = onFailure(failure, this.frame.state(after))
      if (mended instanceof Promise) mended.then((output) => this.#mended(output), blamed)
      else this.#mended(mended)
    } catch (error) {
      blamed(error)
    }
  }

  /** What was mended is recorded: it is not worked out again. */
  #mended(output: unknown): void {
    const { execution } = this.frame
    if (this.isOver) return execution.leave()
    try {
      const body = output === undefined ? undefined : bodyOf(`The result of ${this.key}`, output)
      execution.record({ key: this.key, kind: 'result', body, attempt: 1 }, () => {
        this.succeed(output)
        execution.leave()
      })
    } catch (error) {
      this.fail(error as Failure)
      execution.leave()
    }
  }
}
