import type { Failure, Operation } from '../../../ports/index.js'
import type { AnyState, LoopStep } from '../../graph/index.js'
import { roundKey } from '../../journal/index.js'
import { runFailure } from '../failures.js'
import type { StepOutcome } from '../outcome.js'
import { Task } from '../task.js'
import { Composite } from './composite.js'
import { InnerWorkflow } from './inner-workflow.js'

/** A step that repeats an operation, or a workflow, until its output is what was wanted. */
export class LoopRun extends Composite<LoopStep> {
  #state: AnyState | undefined
  #round = 0
  #previous: unknown
  #isTurning = false
  #isEnded = false

  begin(): void {
    if (this.isSettled()) return
    this.frame.execution.started(this.key)
    this.#state = this.state()
    this.#turn()
  }

  makeInput(): unknown {
    const { frame, step } = this
    try {
      return step.with({ ...(this.#state as AnyState), previous: this.#previous, round: this.#round })
    } catch (error) {
      throw frame.blame(step.name, 'with', error)
    }
  }

  roundEnded(outcome: StepOutcome): void {
    if (this.isOver) return
    this.#isEnded = true
    if (outcome.status !== 'succeeded') return this.fail((outcome as { readonly failure: Failure }).failure)
    this.#previous = outcome.output
    this.#turn()
  }

  /** One round after the other; one that is recorded ends at once. */
  #turn(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    do {
      if (this.#round > 0 && this.#isDone()) break
      this.#round++
      this.#isEnded = false
      this.#beginRound()
    } while (this.#isEnded && !this.isOver)
    this.#isTurning = false
  }

  #isDone(): boolean {
    const { frame, step } = this
    try {
      const isWanted: unknown = step.until(this.#previous, this.#state as AnyState)
      if (typeof isWanted !== 'boolean') throw frame.odd(step.name, `its 'until' returned neither true nor false`)
      if (isWanted || (this.#round === step.max && step.whenMaxed === 'keep')) this.succeed(this.#previous)
      else if (this.#round === step.max) throw this.#exceeded()
      else return false
    } catch (error) {
      this.fail(frame.blame(step.name, 'until', error))
    }
    return true
  }

  #beginRound(): void {
    const { frame, step } = this
    const key = roundKey(this.key, this.#round)
    const { body } = step
    if (!('graph' in body)) return new RoundTask(this, key, body).begin()
    let input: unknown
    try {
      input = this.makeInput()
    } catch (error) {
      return this.fail(error as Failure)
    }
    const ended = (outcome: StepOutcome) => this.roundEnded(outcome)
    new InnerWorkflow({ outer: frame, definition: body, key, input, isRepeated: true, ended }).begin()
  }

  #exceeded(): Failure {
    const { frame, step } = this
    return runFailure('workflow.loop_limit', { workflow: frame.definition.name, step: step.name, max: step.max })
  }
}

class RoundTask extends Task {
  readonly #loop: LoopRun

  constructor(loop: LoopRun, key: string, operation: Operation) {
    super(loop.frame, key, operation, loop.step.rules, loop.frame.request)
    this.#loop = loop
  }

  protected makeInput(): unknown {
    return this.#loop.makeInput()
  }

  isLast(): boolean {
    return false
  }

  ended(outcome: StepOutcome): void {
    this.#loop.roundEnded(outcome)
  }
}
