import type { Failure } from '../../../ports/index.js'
import type { StepDefinition } from '../../graph/index.js'
import { failureBodyOf } from '../../journal/index.js'
import type { Frame } from '../frame.js'
import { failed, succeeded } from '../outcome.js'
import { outcomeOf } from '../task.js'

/** A step that consists of others. What it came to is worked out of their records; only its failure has one of its own. */
export class Composite<Step extends StepDefinition> {
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
    this.frame.settle(this.#place, outcomeOf(record))
    return true
  }

  succeed(output: unknown): void {
    if (this.isOver) return
    this.#isOver = true
    const span = this.frame.execution.past.spanOf(this.key)
    this.frame.settle(this.#place, succeeded(output, Math.max(this.#ms, span)))
  }

  fail(failure: Failure): void {
    if (this.isOver) return
    this.#isOver = true
    const { execution } = this.frame
    // It is recorded, and read again, as one failure.
    execution.overruled(this.key)
    const outcome = failed(failure, this.#ms)
    const tell = () => this.frame.settle(this.#place, outcome)
    if (execution.isReplay) return tell()
    execution.enter()
    const body = failureBodyOf(failure)
    const record = { key: this.key, kind: 'failure' as const, body, attempt: 1, tookMs: Math.round(this.#ms) }
    if (this.frame.isAtLast || (this.frame.isOutermost && !this.step.isOptional)) {
      execution.record(record, () => {})
      tell()
      execution.leave()
      return
    }
    execution.record(record, () => {
      tell()
      execution.leave()
    })
  }

  get #ms(): number {
    return this.frame.execution.clock.monotonic() - this.#beganAt
  }
}
