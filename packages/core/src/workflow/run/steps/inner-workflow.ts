import type { Failure } from '../../../ports/index.js'
import type { StepDefinition, WorkflowDefinition } from '../../graph/index.js'
import { innerKey } from '../../journal/index.js'
import { checkedInput, outputOf } from '../contract.js'
import { Frame, type FrameOwner } from '../frame.js'
import { failed, type StepOutcome, succeeded } from '../outcome.js'

export interface InnerInit {
  readonly outer: Frame
  readonly definition: WorkflowDefinition
  readonly key: string
  readonly input: unknown
  readonly isRepeated: boolean
  readonly ended: (outcome: StepOutcome) => void
}

/** A workflow carried out within a step of another one, as a part of the same run. */
export class InnerWorkflow implements FrameOwner {
  readonly #init: InnerInit

  constructor(init: InnerInit) {
    this.#init = init
  }

  begin(): void {
    const { outer, definition, key, isRepeated } = this.#init
    this.#meanwhile(
      () => checkedInput(definition, this.#init.input),
      (input) => {
        const { execution, begin } = outer
        const prefix = innerKey(key, '')
        new Frame({ execution, definition, prefix, input, begin, owner: this, outer, isRepeated }).start()
      },
    )
  }

  completed(frame: Frame): void {
    this.#meanwhile(
      () => outputOf(frame),
      ({ output }) => this.#init.ended(succeeded(output)),
    )
  }

  failed(_frame: Frame, failure: Failure, _step: StepDefinition): void {
    this.#init.ended(failed(failure))
  }

  /** Goes on with what is perhaps still worked out; the run waits for it. */
  #meanwhile<Value>(make: () => Value | Promise<Value>, goOn: (value: Value) => void): void {
    const { outer, ended } = this.#init
    const { execution } = outer
    const fail = (error: unknown) => ended(failed(error))
    try {
      const made = make()
      if (!(made instanceof Promise)) return goOn(made)
      execution.enter()
      const left = (told: () => void) => {
        if (!outer.isOver) told()
        execution.leave()
      }
      made.then(
        (value) => left(() => goOn(value)),
        (error: unknown) => left(() => fail(error)),
      )
    } catch (error) {
      fail(error)
    }
  }
}
