import { type Clock, classify } from '../ports/index.js'
import { asFailure } from './agent/index.js'
import type { Call } from './call.js'
import { Deadlines } from './resilience/index.js'
import { abandoned, cancelled, parentOver } from './endings.js'
import { SignalWatch } from './signal-watch.js'

export type CallEnded = (call: Call, outcome: 'succeeded' | 'failed' | 'cancelled', failure?: unknown) => void

/** The calls whose agents have not answered yet: each ends with the answer, or before, by deadline, signal or parent. */
export class CallsUnderWay {
  readonly #clock: Clock
  readonly #ended: CallEnded
  readonly #deadlines: Deadlines
  readonly #signals = new SignalWatch()
  /** Those that came from outside, and have an agent to wait for; the calls within them hang on them. */
  readonly #requests = new Set<Call>()
  #count = 0
  #drained: (() => void) | undefined

  constructor(clock: Clock, ended: CallEnded) {
    this.#clock = clock
    this.#ended = ended
    this.#deadlines = new Deadlines(clock)
  }

  /** How many requests from outside are under way. */
  get count(): number {
    return this.#count
  }

  /** The call has begun. Each call that enters leaves again: by `succeed` or `fail`, at once or after a `wait`. */
  enter(call: Call): void {
    if (call.parent === undefined) this.#count++
  }

  succeed<Result>(call: Call, result: Result): Promise<Result> {
    call.request.ledger.leave(call, false)
    this.#ended(call, 'succeeded')
    const left = this.#leave(call, undefined)
    return left === undefined ? Promise.resolve(result) : left.then(() => result)
  }

  fail(call: Call, error: unknown): Promise<never> {
    const failure = asFailure(call.message, error, classify)
    call.request.ledger.leave(call, false)
    this.#ended(call, 'failed', failure)
    const left = this.#leave(call, failure)
    return left === undefined ? Promise.reject(failure) : left.then(() => Promise.reject(failure))
  }

  /** Waits for the agent, or for what ends the call before. */
  wait<Result>(call: Call, answer: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    if (signal) this.#signals.watch(signal, call)
    if (call.dueAt !== Number.POSITIVE_INFINITY) this.#deadlines.add(call)
    if (call.parent === undefined) this.#requests.add(call)
    else call.parent.adopt(call)

    const stopWaiting = () => {
      this.#deadlines.remove(call)
      if (signal) this.#signals.forget(signal, call)
    }
    call.begin((reason) => {
      stopWaiting()
      // What goes on within it stops first, and takes note of how often it was tried and how long it waited.
      call.stopChildren()
      const isLate = call.lateness === reason
      const failure = isLate ? (reason as Error) : cancelled(call.message, reason)
      call.request.ledger.leave(call, true)
      this.#ended(call, isLate ? 'failed' : 'cancelled', failure)
      // Nobody is made to wait for an agent that was told to stop, or for what it used to be closed.
      reject(failure)
      // An agent that did not wait for what it asked does not wait for the failure either.
      if (call.parent !== undefined) promise.catch(() => {})
      void this.#leave(call, failure)
    })
    const settle = (done: () => Promise<Result>) => {
      if (call.isStopped) return
      stopWaiting()
      resolve(done())
    }
    void answer.then(
      (result) => settle(() => this.succeed(call, result)),
      (error: unknown) => settle(() => this.fail(call, error)),
    )
    // The signal may have aborted, or the call it is part of ended, while the agent's code ran up to its first await.
    if (signal?.aborted) call.stop(signal.reason)
    else if (call.parent?.isOver) call.stop(parentOver(call.parent.message))
    return promise
  }

  /** Waits for all to end, at most so long; then stops those that have not, and tells how many that were. */
  async drain(drainMs: number): Promise<number> {
    if (this.#count > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#drained = resolve
      // A process with nothing else to do must live to see the end of this.
      const timer = this.#clock.schedule(drainMs, resolve, true)
      await promise
      timer.cancel()
    }
    const late = [...this.#requests]
    for (const call of late) call.stop(abandoned(call.message))
    // Steps of runs may still be under way, with times of their own.
    if (this.#deadlines.isEmpty) this.#deadlines.clear()
    return late.length
  }

  /** Stops what the call began and left unfinished, and closes what its request opened; a promise only if that waits. */
  #leave(call: Call, failure: unknown): Promise<void> | undefined {
    call.stopChildren()
    if (call.parent !== undefined) {
      call.parent.disown(call)
      return undefined
    }
    const left = () => {
      this.#requests.delete(call)
      this.#count--
      if (this.#count === 0) this.#drained?.()
    }
    const ended = call.request.end(failure)
    if (ended !== undefined) return ended.finally(left)
    left()
    return undefined
  }
}
