import type { RunRecord } from '../../../ports/index.js'
import type { SleepStep, WaitStep } from '../../graph/index.js'
import { longestMs } from '../../graph/index.js'
import { bodyOf, type SignalBody, timerKey, type Told, valueOf } from '../../journal/index.js'
import { checked } from '../contract.js'
import type { Wait } from '../execution.js'
import { runFailure } from '../failures.js'
import type { Frame } from '../frame.js'
import { type Ended, failed, type StepOutcome, succeeded } from '../outcome.js'
import { bySignal } from '../past.js'
import { type Begun, endOf, recordEnd } from '../record-end.js'

/** A step that waits: for something that the run is told, for a time, or for whichever comes first. */
export class WaitRun implements Begun, Wait {
  readonly frame: Frame
  readonly key: string
  readonly signal: string | undefined
  dueAt = Number.POSITIVE_INFINITY
  readonly #place: number
  readonly #step: WaitStep | SleepStep
  #beganAt: number
  #isOver = false

  constructor(frame: Frame, place: number, step: WaitStep | SleepStep) {
    this.frame = frame
    this.key = frame.keyOf(step)
    this.signal = step.kind === 'wait' ? step.signal.name : undefined
    this.#place = place
    this.#step = step
    this.#beganAt = frame.execution.clock.monotonic()
  }

  begin(): void {
    const { execution } = this.frame
    const record = execution.past.settled(this.key)
    if (record !== undefined) return this.#replay(record)
    let ms: number | undefined
    try {
      ms = this.#duration()
    } catch (error) {
      return execution.isReplay ? execution.leftOpen(this.key) : this.#end(this.#after(failed, error))
    }
    const timer = execution.past.find(timerKey(this.key))
    // It may have begun to wait long before this process took the run.
    if (!execution.past.isEmpty) this.#beganAt = execution.beganAtOf(timer)
    execution.started(this.key)
    if (ms === undefined) return execution.wait(this)
    const wait = () => {
      this.dueAt = execution.dueAtOf(ms, timer)
      execution.wait(this)
    }
    if (timer !== undefined || execution.isReplay) return wait()
    execution.enter()
    execution.record({ key: timerKey(this.key), kind: 'timer', body: bodyOf('A time', ms), attempt: 1 }, () => {
      if (!this.frame.isOver) wait()
      execution.leave()
    })
  }

  told(signal: RunRecord): void {
    const { execution } = this.frame
    execution.enter()
    this.#checked(signal, (outcome) => {
      if (this.frame.isOver) return execution.leave()
      this.#end(outcome, outcome.status === 'succeeded' ? signal : undefined)
      execution.leave()
    })
  }

  expire(): void {
    const step = this.#step
    if (step.kind === 'sleep') return this.#end(this.#after(succeeded, undefined))
    const details = { workflow: this.frame.definition.name, step: step.name, signal: step.signal.name }
    const failure = runFailure('workflow.wait_timed_out', { ...details, timeoutMs: step.timeoutMs as number })
    if (step.onFailure === undefined) return this.#end(this.#after(failed, failure))
    const { execution } = this.frame
    execution.enter()
    const mended = (output: unknown) => {
      this.#end(this.#after(succeeded, output))
      execution.leave()
    }
    const blamed = (error: unknown) => {
      this.#end(this.#after(failed, this.frame.blame(step.name, 'onFailure', error)))
      execution.leave()
    }
    try {
      const made = step.onFailure(failure, this.frame.state(this.#place))
      if (made instanceof Promise) made.then(mended, blamed)
      else mended(made)
    } catch (error) {
      blamed(error)
    }
  }

  /** Records how it ended: after a signal, which one it was. */
  #end(ended: Ended, signal?: RunRecord): void {
    if (this.#isOver || this.frame.isOver) return
    this.#isOver = true
    this.frame.execution.enter()
    if (signal === undefined) return recordEnd(this, ended)
    const told: Told = { signal: signal.key }
    recordEnd(this, ended, bySignal, 1, told)
  }

  /** As it ends now: all the time until then it has waited. */
  #after(as: typeof succeeded | typeof failed, value: unknown): Ended {
    const ms = this.frame.execution.clock.monotonic() - this.#beganAt
    return as(value, ms, ms)
  }

  isLast(hasFailed: boolean): boolean {
    return this.frame.isLast(this.#step, hasFailed)
  }

  ended(outcome: StepOutcome): void {
    this.frame.settle(this.#place, outcome)
  }

  #replay(record: RunRecord): void {
    const { execution } = this.frame
    if (record.agent !== bySignal) return this.ended(endOf(record, record.tookMs))
    const { signal } = valueOf(record.body) as Told
    execution.enter()
    this.#checked(execution.past.find(signal) as RunRecord, (outcome) => {
      this.ended(outcome)
      execution.leave()
    })
  }

  /** What came with a signal, as its schema gives it: whoever sent it may have had another one. */
  #checked({ body }: RunRecord, goOn: (outcome: Ended) => void): void {
    const { name, schema } = (this.#step as WaitStep).signal
    const pass = (value: unknown) => goOn(this.#after(succeeded, value))
    const fail = (error: unknown) => goOn(this.#after(failed, error))
    try {
      const { payload } = valueOf(body) as SignalBody
      const value = checked(schema, payload, 'workflow.invalid_input', `What came with the signal ${name}`)
      if (value instanceof Promise) value.then(pass, fail)
      else pass(value)
    } catch (error) {
      fail(error)
    }
  }

  #duration(): number | undefined {
    const step = this.#step
    if (step.kind === 'wait') return step.timeoutMs
    if (typeof step.ms === 'number') return step.ms
    let ms: unknown
    try {
      ms = step.ms(this.frame.state(this.#place))
    } catch (error) {
      throw this.frame.blame(step.name, 'ms', error)
    }
    if (typeof ms === 'number' && ms >= 0 && ms <= longestMs) return ms
    throw this.frame.odd(step.name, `its 'ms' returned no time`)
  }
}
