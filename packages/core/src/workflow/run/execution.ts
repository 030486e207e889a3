import type { OpenRequest } from '../../dispatch/index.js'
import type { Clock, Failure, Operation, Policy, RunRecord } from '../../ports/index.js'
import type { AnyCallRules, RunInfo } from '../graph/index.js'
import type { Writing } from '../journal/index.js'
import type { StepOutcome } from './outcome.js'
import type { Past } from './past.js'
import type { Slots } from './slots.js'

/** A step that waits for something from outside, or for a time. */
export interface Wait {
  readonly key: string
  /** The signal that it waits for, if it waits for one. */
  readonly signal: string | undefined
  /** On the monotonic clock; `Infinity` where it waits as long as it takes. */
  readonly dueAt: number
  /** What it waited for has come. */
  told(signal: RunRecord): void
  /** Its time has come. */
  expire(): void
}

/** A run as its steps see it: what they are done with, and who is to be told. */
export interface Execution {
  readonly id: string
  readonly workflow: string
  readonly info: RunInfo
  /** The data of its session as they were when it began. */
  readonly session: object
  readonly past: Past
  /** Nothing is begun: what is recorded is told once more, and what is not stays open. */
  readonly isReplay: boolean
  /** Whom agents are asked through; nobody in a replay. */
  readonly request: OpenRequest | undefined
  readonly clock: Clock
  /** Something is under way from now on. */
  enter(): void
  /** It is not any more, and what follows from it has been begun. */
  leave(): void
  /** A step that is not recorded would be begun now, were this no replay. */
  leftOpen(key: string): void
  /** Equal in all tries of one step, and in no other run. */
  idempotencyKey(step: string): string
  /** An operation is about to be asked for that nobody knew of before. */
  meet(operation: Operation): void
  gatesFor(agent: string): readonly Slots[]
  policyFor(operation: Operation, rules: AnyCallRules): Policy | undefined
  /** Makes room for more records; throws where there is none. */
  reserve(count: number): void
  /** Records something; `stored` is told when it is durable. */
  record(record: Writing, stored: () => void): void
  /** A value as the body of a record; throws where it cannot be kept. */
  bodyOf(what: string, value: unknown): Writing['body']
  started(key: string, operation?: Operation): void
  ended(key: string, outcome: StepOutcome): void
  /** An optional step has failed. */
  impaired(key: string, failure: Failure): void
  /** A step that consists of others has failed as a whole: what failed within it matters no more. */
  overruled(key: string): void
  wait(one: Wait): void
  /** When a timer of so many milliseconds is due that was recorded, now or earlier; on the monotonic clock. */
  dueAtOf(ms: number, timer: RunRecord | undefined): number
  /** When a step began to wait, as far as its records tell; on the monotonic clock. */
  beganAtOf(timer: RunRecord | undefined): number
  /** Whether a marked step was done nobody can tell: a person has to. */
  unclear(key: string): void
  /** Has somebody be told when a step has not told of progress for so long; until it is forgotten. */
  watchIdle(key: string, idleMs: number, idle: () => void): Disposable
}
