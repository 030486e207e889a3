import type { Clock, Failure, Policy, RunRecord } from '../../ports/index.js'
import type { RunInfo, StepDefinition, WorkflowDefinition } from '../graph/index.js'
import { markKey, permitKey, type Writing } from '../journal/index.js'
import type { Execution, Wait } from './execution.js'
import { type BeginStep, Frame, type FrameOwner } from './frame.js'
import { failuresBeside, type StepOutcome } from './outcome.js'
import type { Past } from './past.js'
import { InfoOfRun } from './run-info.js'
import type { Slots } from './slots.js'

export interface ReplayInit {
  readonly definition: WorkflowDefinition
  readonly id: string
  readonly tenant: string | undefined
  readonly session: string | undefined
  readonly sessionData: object
  readonly input: unknown
  readonly past: Past
  /** When it was created, in milliseconds since 1970. */
  readonly createdAt: number
  readonly clock: Clock
  readonly begin: BeginStep
}

/** A run told once more from its records: nothing is begun, and what is not recorded stays open. */
export class Replay implements Execution, FrameOwner {
  readonly isReplay = true
  readonly request = undefined
  readonly id: string
  readonly workflow: string
  readonly info: RunInfo
  readonly session: object
  readonly past: Past
  readonly clock: Clock
  readonly frame: Frame
  /** Steps that would wait now. */
  readonly waits: Wait[] = []
  failures: Record<string, Failure> | undefined
  /** A step that would be begun now. */
  openStep: string | undefined
  /** A step that was begun, and of which nobody can tell whether it was done. */
  unclearStep: string | undefined
  #underWay = 0
  #quiet: (() => void) | undefined

  constructor({ definition, id, tenant, session, sessionData, input, past, createdAt, clock, begin }: ReplayInit) {
    this.id = id
    this.workflow = definition.name
    this.info = new InfoOfRun({ id, tenant, session }, clock, createdAt)
    this.session = sessionData
    this.past = past
    this.clock = clock
    this.frame = new Frame({ execution: this, definition, prefix: '', input, begin, owner: this })
  }

  /** Tells it from the beginning, as far as it goes. */
  async tell(): Promise<this> {
    this.#underWay++
    this.frame.start()
    this.#underWay--
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#quiet = resolve))
    return this
  }

  completed(): void {}
  failed(_frame: Frame, _failure: Failure, _step: StepDefinition): void {}

  enter(): void {
    this.#underWay++
  }

  leave(): void {
    this.#underWay--
    if (this.#underWay === 0) this.#quiet?.()
  }

  leftOpen(key: string): void {
    this.openStep ??= key
    let number = 1
    while (this.past.find(permitKey(key, number)) !== undefined) number++
    if (this.past.find(markKey(key, number)) !== undefined) this.unclearStep ??= key
  }

  impaired(key: string, failure: Failure): void {
    this.failures ??= {}
    this.failures[key] = failure
  }

  overruled(key: string): void {
    this.failures = failuresBeside(this.failures, key)
  }

  /** Only what is worked out of the records anew: it follows from them, as it did then. */
  record(_record: Writing, stored: () => void): void {
    stored()
  }

  wait(one: Wait): void {
    this.openStep ??= one.key
    this.waits.push(one)
  }

  /** By the clock of this host, which tells about when it is. */
  dueAtOf(ms: number, timer: RunRecord | undefined): number {
    const startedAt = timer?.at ?? this.clock.now()
    return this.clock.monotonic() + (startedAt + ms - this.clock.now())
  }

  beganAtOf(): number {
    return this.clock.monotonic()
  }

  // What only steps that are begun ask for.

  idempotencyKey(): string {
    return ''
  }

  gatesFor(): readonly Slots[] {
    return []
  }

  policyFor(): Policy | undefined {
    return undefined
  }

  meet(): void {}
  reserve(): void {}

  bodyOf(): undefined {
    return undefined
  }

  started(): void {}
  ended(_key: string, _outcome: StepOutcome): void {}
  unclear(): void {}

  watchIdle(): Disposable {
    return { [Symbol.dispose]() {} }
  }
}
