import type { ComputeStep } from '../../graph/index.js'
import type { Frame } from '../frame.js'
import { failed, type StepOutcome, succeeded } from '../outcome.js'
import { type Begun, endOf, recordEnd } from '../record-end.js'

/** A step that works something out of what is there. */
export class ComputeRun implements Begun {
  readonly frame: Frame
  readonly key: string
  readonly #place: number
  readonly #step: ComputeStep
  #beganAt = 0

  constructor(frame: Frame, place: number, step: ComputeStep) {
    this.frame = frame
    this.key = frame.keyOf(step)
    this.#place = place
    this.#step = step
  }

  begin(): void {
    const { key, frame } = this
    const { execution } = frame
    const record = execution.past.settled(key)
    if (record !== undefined) return this.ended(endOf(record))
    if (execution.isReplay) return execution.leftOpen(key)
    execution.enter()
    execution.started(key)
    this.#beganAt = execution.clock.monotonic()
    const step = this.#step
    const blamed = (error: unknown) => this.#end(failed, frame.blame(step.name, 'run', error))
    let output: unknown
    try {
      output = step.run(frame.state(this.#place))
    } catch (error) {
      return blamed(error)
    }
    if (output instanceof Promise) output.then((value) => this.#end(succeeded, value), blamed)
    else this.#end(succeeded, output)
  }

  isLast(hasFailed: boolean): boolean {
    return this.frame.isLast(this.#step, hasFailed)
  }

  ended(outcome: StepOutcome): void {
    this.frame.settle(this.#place, outcome)
  }

  #end(as: typeof succeeded | typeof failed, value: unknown): void {
    const { execution, isOver } = this.frame
    if (isOver) return execution.leave()
    recordEnd(this, as(value, execution.clock.monotonic() - this.#beganAt))
  }
}
