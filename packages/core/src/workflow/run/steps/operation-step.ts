import type { Failure } from '../../../ports/index.js'
import type { OperationStep } from '../../graph/index.js'
import type { Frame } from '../frame.js'
import type { StepOutcome } from '../outcome.js'
import { Task } from '../task.js'

/** A step that asks an agent for an operation. */
export class OperationTask extends Task {
  readonly #place: number
  readonly #step: OperationStep

  constructor(frame: Frame, place: number, step: OperationStep) {
    super(frame, frame.keyOf(step), step.operation, step.rules, frame.request)
    this.#place = place
    this.#step = step
  }

  protected makeInput(): unknown {
    const { frame } = this
    const step = this.#step
    if (step.with === undefined) return frame.input
    try {
      return step.with(frame.state(this.#place))
    } catch (error) {
      throw frame.blame(step.name, 'with', error)
    }
  }

  protected override mend(failure: Failure): unknown {
    const { onFailure } = this.#step
    if (onFailure === undefined) throw failure
    return onFailure(failure, this.frame.state(this.#place))
  }

  isLast(hasFailed: boolean): boolean {
    return this.frame.isLast(this.#step, hasFailed)
  }

  ended(outcome: StepOutcome): void {
    this.frame.settle(this.#place, outcome)
  }
}
