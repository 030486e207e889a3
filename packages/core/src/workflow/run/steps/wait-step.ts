import type { Failure, NewRecord, RunRecord } from '../../../ports/index.js'
import type { SleepStep, WaitStep } from '../../graph/index.js'
import { longestMs } from '../../graph/index.js'
import { bodyOf, failureBodyOf, type SignalBody, timerKey, type Told, valueOf } from '../../journal/index.js'
import { checked } from '../contract.js'
import type { Wait } from '../execution.js'
import { runFailure, violation } from '../failures.js'
import type { Frame } from '../frame.js'
import { failed, type StepOutcome, succeeded } from '../outcome.js'
import { bySignal } from '../past.js'
import { outcomeOf } from '../task.js'

/** A step that waits: for something that the run is told, for a time, or for whichever comes first. */
export class WaitRun implements Wait {
  readonly key: string
  readonly signal: string | undefined
  dueAt = Number.POSITIVE_INFINITY
  readonly #frame: Frame
  readonly #place: number
  readonly #step: WaitStep | SleepStep
  #beganAt: number
  #isOver = false

  constructor(frame: Frame, place: number, step: WaitStep | SleepStep) {
    this.key = frame.keyOf(step)
    this.signal = step.kind === 'wait' ? step.signal.name : undefined
    this.#frame = frame
    this.#place = place
    this.#step = step
    this.#beganAt = frame.execution.clock.monotonic()
  }

  begin(): void {
    const { execution } = this.#frame
    const record = execution.past.settled(this.key)
    if (record !== undefined) return this.#replay(record)
    let ms: number | undefined
    try {
      ms = this.#duration()
    } catch (error) {
      return execution.isReplay ? execution.leftOpen(this.key) : this.#end('failure', error, undefined)
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
      if (!this.#frame.isOver) wait()
      execution.leave()
    })
  }

  told(signal: RunRecord): void {
    const { execution } = this.#frame
    execution.enter()
    this.#checked(signal, (outcome) => {
      if (this.#frame.isOver) return execution.leave()
      if (outcome.status === 'failed') this.#end('failure', outcome.failure, undefined)
      else this.#end('result', outcome.status === 'succeeded' ? outcome.output : undefined, signal)
      execution.leave()
    })
  }

  expire(): void {
    const step = this.#step
    if (step.kind === 'sleep') return this.#end('result', undefined, undefined)
    const details = { workflow: this.#frame.definition.name, step: step.name, signal: step.signal.name }
    const failure = runFailure('workflow.wait_timed_out', { ...details, timeoutMs: step.timeoutMs as number })
    if (step.onFailure === undefined) return this.#end('failure', failure, undefined)
    const { execution } = this.#frame
    execution.enter()
    const ended = (kind: 'result' | 'failure', value: unknown) => {
      this.#end(kind, value, undefined)
      execution.leave()
    }
    const blamed = (error: unknown) => ended('failure', this.#frame.blame(step.name, 'onFailure', error))
    try {
      const mended = step.onFailure(failure, this.#frame.state(step.after))
      if (mended instanceof Promise) mended.then((output) => ended('result', output), blamed)
      else ended('result', mended)
    } catch (error) {
      blamed(error)
    }
  }

  /** Records how it ended: after a signal, which one it was. */
  #end(kind: 'result' | 'failure', value: unknown, signal: RunRecord | undefined): void {
    if (this.#isOver || this.#frame.isOver) return
    this.#isOver = true
    const { execution } = this.#frame
    const ms = execution.clock.monotonic() - this.#beganAt
    const tookMs = Math.round(ms)
    let record: NewRecord
    let outcome = kind === 'result' ? succeeded(value, ms, ms) : failed(value, ms, ms)
    try {
      record =
        signal === undefined
          ? { key: this.key, kind, body: value === undefined ? undefined : bodyOf(this.key, value), attempt: 1, tookMs }
          : { key: this.key, kind, body: bodyOf('A signal', told(signal)), agent: bySignal, attempt: 1, tookMs }
    } catch (error) {
      outcome = failed(error, ms, ms)
      record = { key: this.key, kind: 'failure', body: failureBodyOf(error), attempt: 1, tookMs }
    }
    execution.enter()
    const tell = () => {
      this.#frame.settle(this.#place, outcome)
      execution.leave()
    }
    if (!this.#frame.isAtLast) return execution.record(record, tell)
    execution.record(record, () => {})
    tell()
  }

  #replay(record: RunRecord): void {
    const { execution } = this.#frame
    if (record.agent !== bySignal) {
      const { tookMs = 0 } = record
      const outcome = outcomeOf(record)
      // All that time it waited.
      return this.#frame.settle(this.#place, 'waitedMs' in outcome ? { ...outcome, waitedMs: tookMs } : outcome)
    }
    const { signal } = valueOf(record.body) as Told
    execution.enter()
    this.#checked(execution.past.find(signal) as RunRecord, (outcome) => {
      this.#frame.settle(this.#place, outcome)
      execution.leave()
    })
  }

  /** What came with a signal, as its schema gives it: whoever sent it may have had another one. */
  #checked({ body }: RunRecord, goOn: (outcome: StepOutcome) => void): void {
    const step = this.#step as WaitStep
    const ms = this.#frame.execution.clock.monotonic() - this.#beganAt
    const fail = (error: unknown) => goOn(failed(error as Failure, ms, ms))
    try {
      const { payload } = valueOf(body) as SignalBody
      const value = checked(step.signal.schema, payload, ({ issues = [] }) =>
        runFailure('workflow.invalid_input', violation(`What came with the signal ${step.signal.name}`, issues)),
      )
      if (value instanceof Promise) value.then((checkedOne) => goOn(succeeded(checkedOne, ms, ms)), fail)
      else goOn(succeeded(value, ms, ms))
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
      ms = step.ms(this.#frame.state(step.after))
    } catch (error) {
      throw this.#frame.blame(step.name, 'ms', error)
    }
    if (typeof ms === 'number' && ms >= 0 && ms <= longestMs) return ms
    throw this.#frame.odd(step.name, `its 'ms' returned no time`)
  }
}

function told({ key }: RunRecord): Told {
  return { signal: key }
}
