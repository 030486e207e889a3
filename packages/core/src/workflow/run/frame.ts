import type { OpenRequest } from '../../dispatch/index.js'
import { errorText, type Failure, isFailure } from '../../ports/index.js'
import type { AnyState, Edge, StepDefinition, WorkflowDefinition } from '../graph/index.js'
import type { Execution } from './execution.js'
import { runFailure } from './failures.js'
import { failed, type StepOutcome, skipped } from './outcome.js'

/** Begins one step of a frame. */
export type BeginStep = (frame: Frame, place: number, step: StepDefinition) => void

/** Whoever has a frame carried out. */
export interface FrameOwner {
  /** Every step has ended. */
  completed(frame: Frame): void
  /** A step has failed, and nothing mended it. */
  failed(frame: Frame, failure: Failure, step: StepDefinition): void
}

export interface FrameInit {
  readonly execution: Execution
  readonly definition: WorkflowDefinition
  /** Stands before the names of its steps in the keys of their records. */
  readonly prefix: string
  readonly input: unknown
  readonly begin: BeginStep
  readonly owner: FrameOwner
  /** The frame that it is a step of. */
  readonly outer?: Frame | undefined
  /** Whether another one may follow it in the same step of the outer frame. */
  readonly isRepeated?: boolean
}

/**
 * One workflow under way: that of a run, or one within it. A step begins the moment the last one that it waits for has
 * ended; the first failure that nothing mends ends them all.
 */
export class Frame {
  readonly execution: Execution
  readonly definition: WorkflowDefinition
  readonly prefix: string
  readonly input: unknown
  /** Its calls; they can be stopped by themselves. */
  readonly request: OpenRequest | undefined
  readonly begin: BeginStep
  readonly outcomes: (StepOutcome | undefined)[]
  readonly #owner: FrameOwner
  readonly #outer: Frame | undefined
  readonly #isRepeated: boolean
  /** How many each step still waits for. */
  readonly #waiting: number[]
  readonly #begun: boolean[]
  #ready: number[]
  #isWalking = false
  #left: number
  #failedAt: number | undefined
  #isOver = false

  constructor({ execution, definition, prefix, input, begin, owner, outer, isRepeated = false }: FrameInit) {
    const { nodes, counts, roots } = definition.graph
    this.execution = execution
    this.definition = definition
    this.prefix = prefix
    this.input = input
    this.begin = begin
    this.#owner = owner
    this.#outer = outer
    this.#isRepeated = isRepeated
    this.request = outer === undefined ? execution.request : outer.request?.branch()
    this.outcomes = nodes.map(() => undefined)
    this.#begun = nodes.map(() => false)
    this.#waiting = counts.slice()
    this.#ready = roots.slice()
    this.#left = nodes.length
  }

  /** Whether nothing that comes from its steps matters any more. */
  get isOver(): boolean {
    return this.#isOver || this.#outer?.isOver === true
  }

  /** Whether a step that ends now is the last of the whole run. */
  get isAtLast(): boolean {
    return this.#left === 1 && !this.#isRepeated && (this.#outer === undefined || this.#outer.isAtLast)
  }

  /** Whether nothing of the run is begun after a step, should it end now: it is the last one, or its failure ends the run. */
  isLast(step: StepDefinition, hasFailed: boolean): boolean {
    return this.isAtLast || (hasFailed && this.#outer === undefined && !step.isOptional)
  }

  keyOf(step: StepDefinition): string {
    return this.prefix + step.name
  }

  start(): void {
    this.#walk()
  }

  /** A step has ended: those that waited for it alone are begun. */
  settle(place: number, outcome: StepOutcome): void {
    if (this.isOver || this.outcomes[place] !== undefined) return
    const step = this.definition.graph.nodes[place] as StepDefinition
    this.outcomes[place] = outcome
    this.#left--
    this.execution.ended(this.keyOf(step), outcome)
    if (outcome.status === 'failed') {
      if (step.isOptional) this.execution.impaired(this.keyOf(step), outcome.failure)
      else this.#failedAt ??= place
    }
    for (const next of this.definition.graph.dependents[place] as readonly number[]) {
      const left = (this.#waiting[next] as number) - 1
      this.#waiting[next] = left
      if (left === 0) this.#ready.push(next)
    }
    this.#walk()
  }

  /** Nothing of it goes on: what was under way is cancelled, what was not is skipped. */
  stop(because: string, reason: unknown = because): void {
    if (this.#isOver) return
    this.#isOver = true
    this.request?.stop(reason)
    this.#forget()
    this.definition.graph.nodes.forEach((step, place) => {
      if (this.outcomes[place] !== undefined) return
      const outcome: StepOutcome = this.#begun[place] ? { status: 'cancelled', because } : skipped(because)
      this.outcomes[place] = outcome
      this.execution.ended(this.keyOf(step), outcome)
    })
  }

  /** Nothing of it goes on here; how it ended is not decided. */
  interrupt(reason: unknown): void {
    this.#isOver = true
    this.request?.stop(reason)
  }

  /** What a step may decide by. */
  state(place: number): AnyState {
    return this.stateFrom(this.definition.graph.edges[place] as readonly Edge[])
  }

  /** What is decided by that sees these steps. */
  stateFrom(seen: readonly Pick<Edge, 'index'>[]): AnyState {
    const { nodes } = this.definition.graph
    const steps: Record<string, unknown> = {}
    for (const { index } of seen) {
      const outcome = this.outcomes[index]
      const { name } = nodes[index] as StepDefinition
      steps[name] = outcome?.status === 'succeeded' ? outcome.output : undefined
    }
    const { session, info } = this.execution
    return { input: this.input, steps, session, run: info }
  }

  /** What calling a function of a step failed with. */
  blame(step: string, name: string, error: unknown): Failure {
    if (isFailure(error) && String(error.code).startsWith('workflow.')) return error
    const details = { workflow: this.definition.name, step, name, because: errorText(error) }
    return runFailure('workflow.function_failed', details, error)
  }

  /** A function of a step has decided what cannot be. */
  odd(step: string, because: string): Failure {
    return runFailure('workflow.invalid_choice', { workflow: this.definition.name, step, because })
  }

  /** Begins what is ready, and what becomes ready by it; one after the other, however long the chain. */
  #walk(): void {
    if (this.#isWalking) return
    this.#isWalking = true
    for (let next = 0; next < this.#ready.length; next++) {
      if (this.isOver) return
      const place = this.#ready[next] as number
      // Once a step has failed for good, nothing more is begun, not even what may go on without its output; told once more
      // from its records, all that is recorded is told: that is, nothing that comes after it.
      if (this.#failedAt !== undefined && !(this.execution.isReplay && !this.#comesAfter(this.#failedAt, place)))
        continue
      this.#beginOne(place, this.definition.graph.nodes[place] as StepDefinition)
    }
    this.#ready = []
    this.#isWalking = false
    this.#look()
  }

  #look(): void {
    if (this.isOver) return
    const place = this.#failedAt
    if (place !== undefined) {
      const step = this.definition.graph.nodes[place] as StepDefinition
      const outcome = this.outcomes[place] as StepOutcome & { readonly status: 'failed' }
      this.stop(`the step ${step.name} has failed`, outcome.failure)
      this.#owner.failed(this, outcome.failure, step)
    } else if (this.#left === 0) {
      this.#isOver = true
      this.#forget()
      this.#owner.completed(this)
    }
  }

  #beginOne(place: number, step: StepDefinition): void {
    const because = this.#reasonToSkip(place)
    if (because !== undefined) return this.settle(place, skipped(because))
    if (step.when !== undefined) {
      try {
        const isWanted: unknown = step.when(this.state(place))
        if (typeof isWanted !== 'boolean') throw this.odd(step.name, `its 'when' returned neither true nor false`)
        if (!isWanted) return this.settle(place, skipped('its condition does not hold'))
      } catch (error) {
        return this.settle(place, failed(this.blame(step.name, 'when', error)))
      }
    }
    this.#begun[place] = true
    this.begin(this, place, step)
  }

  #comesAfter(earlier: number, place: number): boolean {
    return this.definition.graph.descendants(earlier).has(place)
  }

  #reasonToSkip(place: number): string | undefined {
    const edges = this.definition.graph.edges[place] as readonly Edge[]
    for (const { index, isSoft } of edges) {
      const status = this.outcomes[index]?.status
      if (isSoft || status === 'succeeded') continue
      const name = this.definition.graph.nodes[index]?.name
      return `it needs ${name}, which ${status === 'failed' ? 'has failed' : 'was skipped'}`
    }
    return undefined
  }

  #forget(): void {
    if (this.request !== undefined) this.#outer?.request?.disown(this.request)
  }
}
