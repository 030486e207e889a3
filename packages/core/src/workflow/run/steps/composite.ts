import type { Failure } from '../../../ports/index.js'
import type { AnyState, StepDefinition } from '../../graph/index.js'
import type { Frame } from '../frame.js'
import { type Ended, failed, type StepOutcome, succeeded } from '../outcome.js'
import { type Begun, endOf, recordEnd } from '../record-end.js'

/**
 * A step that consists of others. What it came to is worked out of their records; one of its own it has only for a failure,
 * or where that was mended.
 */
export class Composite<Step extends StepDefinition> implements Begun {
  readonly frame: Frame
  readonly step: Step
  readonly key: string
  readonly #place: number
  readonly #beganAt: number
  #isOver = false

  constructor(frame: Frame, place: number, step: Step) {
    this.frame = frame
    this.step = step
    this.key = frame.keyOf(step)
    this.#place = place
    this.#beganAt = frame.execution.clock.monotonic()
  }

  /** Whether nothing that comes from its parts matters any more. */
  get isOver(): boolean {
    return this.#isOver || this.frame.isOver
  }

  /** Whether it had ended when the run was last recorded, and not by its parts: it has been told then. */
  isSettled(mayHaveResult = false): boolean {
    const { past } = this.frame.execution
    const record = mayHaveResult ? past.settled(this.key) : past.failed(this.key)
    if (record === undefined) return false
    past.settledWhole(this.key)
    this.#isOver = true
    this.ended(endOf(record))
    return true
  }

  succeed(output: unknown): void {
    if (this.isOver) return
    this.#isOver = true
    this.ended(succeeded(output, this.ms))
  }

  fail(failure: Failure): void {
    if (this.isOver) return
    // It is recorded, and read again, as one failure.
    this.frame.execution.overruled(this.key)
    this.end(failed(failure, this.ms))
  }

  /** Ends it as a whole: that is recorded. */
  protected end(ended: Ended): void {
    if (this.isOver) return
    this.#isOver = true
    this.frame.execution.enter()
    recordEnd(this, ended)
  }

  isLast(hasFailed: boolean): boolean {
    return this.frame.isLast(this.step, hasFailed)
  }

  ended(outcome: StepOutcome): void {
    this.frame.settle(this.#place, outcome)
  }

  /** What its functions may decide by. */
  protected state(): AnyState {
    return this.frame.state(this.#place)
  }

  protected get ms(): number {
    const { clock, past } = this.frame.execution
    return Math.max(clock.monotonic() - this.#beganAt, past.spanOf(this.key))
  }
}
