import {
  classify,
  type Head,
  errorText,
  identifier,
  isEnded,
  isFailure,
  type NewRecord,
  type RunRef,
  shown,
  type WorkflowVersion,
} from '../../ports/index.js'
import type { Signal, WorkflowDefinition } from '../graph/index.js'
import { bodyOf, cancelSignal, type History, readHistory, type SignalBody, signalKey } from '../journal/index.js'
import { checked } from './contract.js'
import type { Engine } from './engine.js'
import { runFailure } from './failures.js'
import { checkNumber, followRun } from './follow-run.js'
import type { LiveRun } from './live-run.js'
import { Pause } from './pause.js'
import { fits } from './registry.js'
import { decided, type Resolution } from './resolution.js'
import type { RunEvent } from './run-events.js'
import type { AnyResult } from './run-result.js'

/** A run by its name: whoever carries it out, wherever that is. */
export class OpenRun {
  readonly #engine: Engine
  readonly #definition: WorkflowDefinition
  readonly #ref: RunRef

  constructor(engine: Engine, definition: WorkflowDefinition, ref: RunRef) {
    this.#engine = engine
    this.#definition = definition
    this.#ref = ref
  }

  get id(): string {
    return this.#ref.id
  }

  /** What has become of it: once it has ended, waits or needs attention, or after so long, if that is given. */
  async result({
    waitMs,
    signal,
  }: {
    readonly waitMs?: number
    readonly signal?: AbortSignal
  } = {}): Promise<AnyResult> {
    checkWait(waitMs)
    const { clock, stored } = this.#engine
    const until = waitMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + waitMs
    const pause = new Pause(clock, signal)
    try {
      for (let isFirst = true; ; isFirst = false) {
        signal?.throwIfAborted()
        const live = this.#live()
        if (live !== undefined) {
          const result = await pause.orUntil(live.done, until)
          if (result === undefined) return await this.#soFar()
          if (result.status !== 'running' || result.because === 'host-closing') return result
          continue
        }
        const history = await this.#atRest(until, isFirst)
        if (history !== undefined) {
          const result = await stored.result(this.#definition, history)
          const isLetGo = this.#isUnderWay(history.head) && this.#engine.isClosing
          return isLetGo ? ({ ...result, because: 'host-closing' } as AnyResult) : result
        }
        await pause.untilLooked(until)
      }
    } finally {
      pause.end()
    }
  }

  /** What happens in it, from after the event of this number on; until it has ended, or whoever reads leaves. */
  events(options: { readonly after?: number; readonly signal?: AbortSignal } = {}): AsyncIterableIterator<RunEvent> {
    checkNumber(options.after ?? 0)
    const left = new AbortController()
    const source = {
      live: () => this.#live(),
      head: () => this.#head(),
      history: () => this.#history(),
      result: (history: History) => this.#engine.stored.result(this.#definition, history),
    }
    const events = followRun(this.#engine, this.#ref, source, options, left.signal)
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: () => events.next(),
      // Whoever leaves is not made to wait for an event that may never come.
      return: () => {
        left.abort()
        return events.return(undefined)
      },
    }
  }

  /** Tells it something; resolves when that is stored. */
  async signal(signal: Signal, payload: unknown, { id }: { readonly id?: string } = {}): Promise<void> {
    if (typeof signal?.schema?.['~standard']?.validate !== 'function') {
      const expected = 'what signal(name, schema) returned'
      throw runFailure('workflow.invalid_option', { option: 'signal', received: shown(signal), expected })
    }
    await checked(signal.schema, payload, 'workflow.invalid_input', `What came with the signal ${signal.name}`)
    if (id !== undefined) checkSignalId(id)
    await this.#send(signalKey(id ?? this.#engine.newId()), { name: signal.name, payload })
  }

  /** Cancels it; resolves when it has ended, or at once when it had. */
  async cancel(reason: unknown = 'it was cancelled'): Promise<void> {
    try {
      await this.#send(signalKey(cancelSignal), { name: cancelSignal, payload: tellable(reason) })
    } catch (error) {
      if (isFailure(error, 'workflow.not_open')) return
      throw error
    }
    const pause = new Pause(this.#engine.clock, undefined)
    try {
      for (;;) {
        const head = await this.#head()
        if (isEnded(head.status)) return
        // Where nobody carries it out, it is ended from here.
        if (head.status !== 'running' || (await this.#isAbandoned(head)))
          await this.#engine.takeIn(this.#ref, versionOf(head), { isForced: true })
        const live = this.#live()
        await (live === undefined ? pause.untilLooked(Number.POSITIVE_INFINITY) : live.done)
      }
    } finally {
      pause.end()
    }
  }

  /** Decides about a step of which nobody can tell whether it was done, and has the run go on. */
  async resolve(step: string, resolution: Resolution): Promise<void> {
    const history = await this.#history()
    if (history.head.status !== 'needs-attention') throw this.#notOpen(history.head)
    const { unclearStep } = await this.#engine.stored.replay(this.#definition, history)
    if (unclearStep !== step) {
      const expected = unclearStep === undefined ? 'resume(): no step of it is unclear' : `the step '${unclearStep}'`
      throw runFailure('workflow.invalid_option', { option: 'step', received: shown(step), expected })
    }
    await this.#goOn(history.head, [decided(step, resolution, history)])
  }

  /** Has a run go on that needed attention: what was in its way has been seen to. */
  async resume(): Promise<void> {
    const head = await this.#head()
    if (head.status !== 'needs-attention' && head.status !== 'suspended') throw this.#notOpen(head)
    await this.#goOn(head, [])
  }

  /** Whether whoever carries it out is gone, where that is nobody else's to see to. */
  async #isAbandoned({ tenant, workflow, id }: Head): Promise<boolean> {
    if (this.#engine.role !== 'client') return false
    const query = { tenant, workflow, statuses: ['running'], due: true, brief: true, limit: 500 } as const
    const { heads } = await this.#engine.store.list(query)
    return heads.some((one) => one.id === id)
  }

  async #goOn(head: Head, records: readonly NewRecord[]): Promise<void> {
    const run = await this.#engine.takeIn(this.#ref, versionOf(head), { records, isForced: true })
    if (run === undefined) throw runFailure('workflow.busy', { what: `The run ${this.id}` })
  }

  async #send(key: string, body: SignalBody): Promise<void> {
    const engine = this.#engine
    const live = this.#live()
    // Where nothing lasts, it may not have been stored at all yet.
    live?.journal.flush()
    const record: NewRecord = { key, kind: 'signal', body: bodyOf('What comes with a signal', body), attempt: 0 }
    const outcome = await engine.lane.send({ kind: 'signal', run: this.#ref, record })
    if (!outcome.accepted) return this.#refused(key, outcome.head)
    const holder = engine.find(this.#ref)
    if (holder !== undefined) holder.nudged(outcome.nudge)
    else if (engine.role !== 'client') void engine.runner.look()
  }

  /** The run, where it is carried out here. */
  #live(): LiveRun | undefined {
    const live = this.#engine.find(this.#ref)
    if (live === undefined) return undefined
    const { name: workflow, version } = live.spec.definition
    if (!fits(this.#definition, { workflow, version })) throw this.#foreign({ workflow, version })
    return live
  }

  /** Its history, once nobody is at it or there is no time left; nothing before, nor where the store cannot tell just now. */
  async #atRest(until: number, isFirst: boolean): Promise<History | undefined> {
    const isTimeLeft = () => this.#engine.clock.monotonic() < until
    const goesOn = (head: Head) => this.#isUnderWay(head) && isTimeLeft() && !this.#engine.isClosing
    try {
      // Whoever asks is most often told at once; who has to wait does not read all its records again and again.
      if (!isFirst && goesOn(await this.#head())) return undefined
      const history = await this.#history()
      return goesOn(history.head) ? undefined : history
    } catch (error) {
      if (classify(error) === 'retry' && isTimeLeft()) return undefined
      throw error
    }
  }

  /** Whether somebody carries it out, or is about to: as one that was suspended, and has been told something since. */
  #isUnderWay({ status, wakeAt = Number.POSITIVE_INFINITY }: Head): boolean {
    if (status === 'suspended') return wakeAt <= this.#engine.clock.now()
    return status === 'running' || status === 'pending'
  }

  /** How it stands, without what is recorded of it. */
  async #head(): Promise<Head> {
    const page = await this.#engine.store.read(this.#ref, { limit: 1 })
    if (page === undefined) return (await this.#history()).head
    if (fits(this.#definition, page.head)) return page.head
    throw this.#foreign(page.head)
  }

  async #history(): Promise<History> {
    const history = await readHistory(this.#engine.store, this.#ref)
    if (history === undefined) {
      const live = this.#engine.find(this.#ref)
      if (live === undefined) throw this.#unknown()
      live.journal.flush()
      const created = await readHistory(this.#engine.store, this.#ref)
      if (created === undefined) throw this.#unknown()
      return created
    }
    const { head } = history
    if (fits(this.#definition, head)) return history
    throw this.#foreign(head)
  }

  #foreign(actual: WorkflowVersion): Error {
    const { name, version } = this.#definition
    const label = (workflow: string, number: number) => `${workflow} (version ${number})`
    return runFailure('workflow.wrong_workflow', {
      run: this.id,
      workflow: label(name, version),
      actual: label(actual.workflow, actual.version),
    })
  }

  async #soFar(): Promise<AnyResult> {
    // Where nothing lasts, what it has recorded may not have been stored yet.
    this.#engine.find(this.#ref)?.journal.flush()
    return this.#engine.stored.result(this.#definition, await this.#history())
  }

  /** What has ended takes no signal; but one that was taken before may be sent again. */
  async #refused(key: string, head: Head | undefined): Promise<void> {
    if (head === undefined) throw this.#unknown()
    const { records } = await this.#history()
    if (key === signalKey(cancelSignal) || !records.some((record) => record.key === key)) throw this.#notOpen(head)
  }

  #unknown(): Error {
    return runFailure('workflow.unknown_run', { run: this.id })
  }

  #notOpen({ status }: Head): Error {
    return runFailure('workflow.not_open', { run: this.id, status })
  }
}

function versionOf({ workflow, version }: Head): WorkflowVersion {
  return { workflow, version }
}

/** A reason as it can be kept. */
function tellable(reason: unknown): unknown {
  try {
    bodyOf('A reason', reason)
    return reason
  } catch {
    return errorText(reason)
  }
}

function checkSignalId(id: string): void {
  identifier(id, 'id of a signal')
  if (!id.startsWith('$')) return
  const expected = 'one that does not begin with $'
  throw runFailure('workflow.invalid_option', { option: 'id', received: shown(id), expected })
}

function checkWait(waitMs: unknown): void {
  if (waitMs === undefined || (typeof waitMs === 'number' && waitMs >= 0)) return
  const expected = 'milliseconds, from 0'
  throw runFailure('workflow.invalid_option', { option: 'waitMs', received: shown(waitMs), expected })
}
