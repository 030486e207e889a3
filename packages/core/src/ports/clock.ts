import { token } from '../protocol/index.js'

/** The time, and things to do later. Everything in Baton that waits or measures does so through this port. */
export interface Clock {
  /** The wall clock: milliseconds since 1970, whole. It may be set back or forward at any moment. */
  now(): number
  /** Milliseconds, with the fractions it can tell, that never go back; only differences mean something. */
  monotonic(): number
  /**
   * Runs `task` once, `delayMs` from now and no earlier (at once, but never before `schedule` returns, when that is 0 or
   * less). A delay may be of any length, also longer than a timer of the platform; `Infinity` never comes.
   *
   * - Tasks due at different times run in the order of their times, also when all of them are late; those due at the same
   *   time in the order scheduled.
   * - A task that throws harms no other task, nor whoever drives the clock.
   * - A scheduled task does not keep the process alive, unless `keepAlive` is true.
   */
  schedule(delayMs: number, task: () => void, keepAlive?: boolean): Scheduled
}

/** Something that will be run, unless it is cancelled. */
export interface Scheduled {
  /** After it returns the task will not be run, though it be due. Cancelling twice, or after the task ran, does nothing. */
  cancel(): void
}

export const clock = token<Clock>('baton.clock')
