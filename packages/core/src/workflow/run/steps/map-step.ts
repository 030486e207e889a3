import type { OpenRequest } from '../../../dispatch/index.js'
import type { Failure, Operation } from '../../../ports/index.js'
import { isOperation, type AnyState, type MapStep } from '../../graph/index.js'
import { bodyOf, itemKey, markKey, valueOf } from '../../journal/index.js'
import { runFailure } from '../failures.js'
import type { StepOutcome } from '../outcome.js'
import { Task } from '../task.js'
import { Composite } from './composite.js'

/** A step that asks for an operation for each item of a list. */
export class MapRun extends Composite<MapStep> {
  #state: AnyState | undefined
  #items: readonly unknown[] = []
  #keys: readonly string[] = []
  #outcomes: StepOutcome[] = []
  #next = 0
  #underWay = 0
  #left = 0
  #isPulling = false
  #request: OpenRequest | undefined

  /** Whether an item that ends now is the last of the whole run. */
  get isAtLast(): boolean {
    return this.#left === 1 && this.frame.isAtLast
  }

  begin(): void {
    if (this.isSettled()) return
    const { frame, step } = this
    const { execution } = frame
    execution.started(this.key)
    try {
      this.#state = this.state()
      this.#items = this.#list(this.#state)
      this.#keys = this.#keysOf(this.#items)
      this.#left = this.#items.length
      this.#mark()
    } catch (error) {
      return this.fail(error as Failure)
    }
    // One item that fails stops the others; those of a map that settles go on.
    this.#request = step.settle ? frame.request : frame.request?.branch()
    this.#pull()
  }

  inputOf(index: number): unknown {
    const { frame, step } = this
    try {
      return step.with(this.#items[index], this.#state as AnyState)
    } catch (error) {
      throw frame.blame(step.name, 'with', error)
    }
  }

  itemEnded(index: number, outcome: StepOutcome): void {
    if (this.isOver) return
    this.#outcomes[index] = outcome
    this.#left--
    this.#underWay--
    if (outcome.status === 'failed' && !this.step.settle) {
      this.#request?.stop(outcome.failure)
      this.#forget()
      return this.fail(outcome.failure)
    }
    this.#pull()
  }

  /** Begins items as long as they may go on side by side; they may end at once. */
  #pull(): void {
    if (this.#isPulling) return
    this.#isPulling = true
    const { length } = this.#items
    const most = this.step.concurrency ?? length
    while (this.#next < length && this.#underWay < most && !this.isOver) {
      const index = this.#next++
      this.#underWay++
      this.#beginItem(index)
    }
    this.#isPulling = false
    if (this.#left > 0 || this.isOver) return
    this.#forget()
    this.succeed(this.#output())
  }

  #beginItem(index: number): void {
    const { frame, step } = this
    let operation: Operation
    try {
      operation = step.operationOf(this.#items[index], this.#state as AnyState)
    } catch (error) {
      return this.itemEnded(index, {
        status: 'failed',
        // Those of a set are known beforehand.
        failure: frame.blame(step.name, step.operations.length > 0 ? 'pick' : 'run', error),
        ms: 0,
        waitedMs: 0,
      })
    }
    if (!isOperation(operation)) {
      const failure = frame.odd(step.name, `nothing that it may ask for was chosen for the item ${index}`)
      return this.itemEnded(index, { status: 'failed', failure, ms: 0, waitedMs: 0 })
    }
    if (step.operations.length === 0) frame.execution.meet(operation)
    new ItemTask(this, index, this.#keys[index] as string, operation, this.#request).begin()
  }

  #output(): unknown {
    if (!this.step.settle) return this.#outcomes.map((one) => (one.status === 'succeeded' ? one.output : undefined))
    return this.#outcomes.map((one, index) => {
      const item = this.#items[index]
      if (one.status === 'succeeded') return { item, ok: true, output: one.output, ms: one.ms }
      return {
        item,
        ok: false,
        failure: (one as { readonly failure: Failure }).failure,
        ms: (one as { readonly ms: number }).ms,
      }
    })
  }

  #list(state: AnyState): readonly unknown[] {
    const { frame, step } = this
    let list: unknown
    try {
      list = step.over(state)
    } catch (error) {
      throw frame.blame(step.name, 'over', error)
    }
    if (!Array.isArray(list)) throw frame.odd(step.name, `its 'over' returned no list`)
    // Holes are items, too.
    return Array.from(list)
  }

  #keysOf(items: readonly unknown[]): readonly string[] {
    const { key, name } = this.step
    if (key === undefined) return items.map((_, index) => itemKey(this.key, index))
    const keys = items.map((item): string => {
      let own: unknown
      try {
        own = key(item)
      } catch (error) {
        throw this.frame.blame(name, 'key', error)
      }
      if (typeof own !== 'string' || own === '') throw this.frame.odd(name, `its 'key' did not return a name`)
      return itemKey(this.key, own)
    })
    if (new Set(keys).size === keys.length) return keys
    throw this.frame.odd(name, `its 'key' returned the same name for two items`)
  }

  /** How many items there are is recorded: with another number, what is recorded of them means something else. */
  #mark(): void {
    const { execution } = this.frame
    const key = markKey(this.key)
    const count = this.#items.length
    const recorded = execution.past.find(key)
    if (recorded !== undefined) {
      const before = valueOf(recorded.body)
      if (before === count) return
      const because = `has ${count} items, and had ${String(before)}`
      throw runFailure('workflow.definition_changed', { workflow: execution.workflow, step: this.key, because })
    }
    if (execution.isReplay || count === 0) return
    execution.reserve(count + 1)
    execution.record({ key, kind: 'mark', body: bodyOf('A number', count), attempt: 1 }, () => {})
  }

  #forget(): void {
    if (this.#request !== undefined && this.#request !== this.frame.request) this.frame.request?.disown(this.#request)
  }
}

class ItemTask extends Task {
  readonly #map: MapRun
  readonly #index: number

  constructor(map: MapRun, index: number, key: string, operation: Operation, request: OpenRequest | undefined) {
    super(map.frame, key, operation, map.step.rules, request)
    this.#map = map
    this.#index = index
  }

  protected override get isOver(): boolean {
    return this.#map.isOver
  }

  protected makeInput(): unknown {
    return this.#map.inputOf(this.#index)
  }

  isLast(): boolean {
    return this.#map.isAtLast
  }

  ended(outcome: StepOutcome): void {
    this.#map.itemEnded(this.#index, outcome)
  }
}
