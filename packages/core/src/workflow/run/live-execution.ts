import { idempotencyKeyOf, type OpenRequest } from '../../dispatch/index.js'
import type { Clock, Failure, Operation, Policy, RunRecord } from '../../ports/index.js'
import type { AnyCallRules, RunInfo } from '../graph/index.js'
import { type RunJournal, type Writing, writingFailure } from '../journal/index.js'
import type { Execution, Wait } from './execution.js'
import { IdleWatch } from './idle-watch.js'
import { failuresBeside, type StepOutcome } from './outcome.js'
import type { Past } from './past.js'
import { InfoOfRun } from './run-info.js'
import type { Attention } from './run-result.js'
import type { RunHost, RunSpec } from './run-spec.js'
import type { RunTeller } from './run-teller.js'
import type { Slots } from './slots.js'
import { Waits } from './waits.js'

/** Whoever decides what becomes of the run. */
export interface Carried {
  readonly isOver: boolean
  readonly journal: RunJournal
  /** Something has ended, and what follows from it has begun. */
  turned(underWay: number): void
  /** It cannot go on. */
  fail(failure: Failure): void
  /** It has to wait for somebody to look at it. */
  needAttention(because: Attention, step?: string): void
}

const longestKey = 256
/** No store takes longer ones. */
const longestStoredKey = 512

function tooLong(run: string, key: string): Failure {
  const because = `the step ${key.slice(0, 60)}… lies so deep that its name has ${key.length} characters, and ${longestStoredKey} can be stored`
  return writingFailure('journal.record_refused', { run, because })
}

/** What the steps of a run are done with that this process carries out. */
export class LiveExecution implements Execution {
  readonly isReplay = false
  readonly id: string
  readonly workflow: string
  readonly info: RunInfo
  readonly clock: Clock
  readonly past: Past
  readonly gatesFor: (agent: string) => readonly Slots[]
  session: object = {}
  request: OpenRequest | undefined
  /** How many of its steps are under way. */
  underWay = 0
  /** The failures of optional steps. */
  failures: Record<string, Failure> | undefined
  readonly #host: RunHost
  readonly #spec: RunSpec
  readonly #teller: RunTeller
  readonly #carried: Carried
  readonly #keyPrefix: string
  #idle: IdleWatch | undefined
  #waits: Waits | undefined

  constructor(host: RunHost, spec: RunSpec, teller: RunTeller, carried: Carried) {
    const { definition, ref, tenant, session, past } = spec
    this.#host = host
    this.#spec = spec
    this.#teller = teller
    this.#carried = carried
    this.id = ref.id
    this.workflow = definition.name
    this.clock = host.clock
    this.past = past
    this.info = new InfoOfRun({ id: ref.id, tenant, session }, host.clock, spec.createdAt)
    this.gatesFor = host.gates.forRun()
    // Ids of runs are unique for a tenant only.
    this.#keyPrefix = `${tenant === undefined ? '' : `${tenant.length}:${tenant}/`}${ref.id.length}:${ref.id}/`
  }

  get waits(): Waits {
    this.#waits ??= new Waits(this.clock, this.#host.dueWaits, this.past.taken)
    return this.#waits
  }

  /** Whether any step waits for something from outside. */
  get isWaiting(): boolean {
    return this.#waits !== undefined && this.#waits.size > 0
  }

  enter(): void {
    this.underWay++
  }

  leave(): void {
    this.underWay--
    this.#carried.turned(this.underWay)
  }

  leftOpen(): void {}

  idempotencyKey(step: string): string {
    const key = this.#keyPrefix + step
    return key.length <= longestKey ? key : idempotencyKeyOf([key])
  }

  meet(operation: Operation): void {
    this.#host.meet(operation)
  }

  policyFor(operation: Operation, rules: AnyCallRules): Policy | undefined {
    return this.#host.policies.for(this.workflow, operation, rules)
  }

  reserve(count: number): void {
    this.#carried.journal.reserve(count)
  }

  bodyOf(what: string, value: unknown): Writing['body'] {
    return this.#carried.journal.bodyOf(what, value)
  }

  record(record: Writing, stored: () => void): void {
    const { journal, isOver } = this.#carried
    if (isOver) return
    try {
      journal.reserve(1)
    } catch (failure) {
      return this.#carried.fail(failure as Failure)
    }
    if (record.key.length > longestStoredKey) return this.#carried.fail(tooLong(this.id, record.key))
    journal.record(record, this.#teller.recording(record, stored))
    // A time counts from when it is stored.
    if (record.kind === 'timer') journal.flush()
  }

  started(step: string, operation?: Operation): void {
    this.#teller.started(step, operation)
  }

  ended(step: string, outcome: StepOutcome): void {
    this.#teller.ended(step, outcome)
  }

  impaired(step: string, failure: Failure): void {
    this.failures ??= {}
    this.failures[step] = failure
  }

  overruled(step: string): void {
    this.failures = failuresBeside(this.failures, step)
  }

  wait(one: Wait): void {
    this.waits.add(one)
  }

  dueAtOf(ms: number, timer: RunRecord | undefined): number {
    const { storeTime } = this.#spec
    if (timer === undefined || storeTime === undefined) return this.clock.monotonic() + ms
    return storeTime.at + (timer.at + ms - storeTime.now)
  }

  beganAtOf(timer: RunRecord | undefined): number {
    const { storeTime, past } = this.#spec
    const at = timer?.at ?? past.lastAt
    if (storeTime === undefined || at === undefined) return this.clock.monotonic()
    return Math.min(this.clock.monotonic(), storeTime.at + (at - storeTime.now))
  }

  unclear(step: string): void {
    this.#carried.needAttention('outcome-unknown', step)
  }

  watchIdle(step: string, idleMs: number, idle: () => void): Disposable {
    this.#idle ??= new IdleWatch(this.clock, this.#host.deadlines)
    this.listen()
    return this.#idle.watch(step, idleMs, idle)
  }

  /** Takes note of progress from now on: somebody wants to know. */
  listen(): void {
    const request = this.request?.request
    if (request === undefined || request.progressed !== undefined) return
    request.progressed = ({ step = '' }, data) => {
      this.#idle?.touch(step)
      this.#teller.progressed(step, data)
    }
  }
}
