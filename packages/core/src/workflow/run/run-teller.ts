import type { EventSink, Operation } from '../../ports/index.js'
import type { Writing } from '../journal/index.js'
import type { StepOutcome } from './outcome.js'
import { isNumbered } from './run-events.js'
import { RunFeed } from './run-feed.js'
import type { AnyResult } from './run-result.js'

const nobody = { agent: undefined, name: undefined }

/** Tells of one run: the orchestrator's listeners, and those who watch this run. */
export class RunTeller {
  /** Whether what happens is only recalled from records: it was told when it happened. */
  isRecalling = false
  readonly #events: EventSink
  readonly #run: { readonly runId: string; readonly workflow: string; readonly tenant: string | undefined }
  #feed: RunFeed | undefined
  /** How many of its records have a number as events. */
  #numbered: number

  constructor(
    events: EventSink,
    run: { readonly runId: string; readonly workflow: string; readonly tenant: string | undefined },
    numbered: number,
  ) {
    this.#events = events
    this.#run = run
    this.#numbered = numbered
  }

  get feed(): RunFeed {
    this.#feed ??= new RunFeed()
    return this.#feed
  }

  moved(from: string, to: string, trigger: string): void {
    this.#feed?.live({ type: 'run.transitioned', from, to, trigger })
    if (this.#events.observed) {
      const { runId, workflow, tenant } = this.#run
      this.#events.emit('run.transitioned', { runId, workflow, tenant, from, to, trigger })
    }
  }

  begun(isResumed: boolean): void {
    if (this.#events.observed) this.#events.emit('run.started', { ...this.#run, isResumed })
  }

  started(step: string, operation: Operation | undefined): void {
    if (this.isRecalling) return
    this.#feed?.live({ type: 'step.started', step })
    if (!this.#events.observed) return
    const { runId, workflow, tenant } = this.#run
    const { agent, name } = operation ?? nobody
    this.#events.emit('step.started', { runId, workflow, tenant, step, agent, operation: name })
  }

  progressed(step: string, data: unknown): void {
    this.#feed?.live({ type: 'step.progress', step, data })
  }

  ended(step: string, outcome: StepOutcome): void {
    const events = this.#events
    if (this.isRecalling) return
    if (outcome.status === 'skipped') this.#feed?.live({ type: 'step.skipped', step, because: outcome.because })
    if (!events.observed) return
    switch (outcome.status) {
      case 'skipped':
        return events.emit('step.skipped', { ...this.#run, step, because: outcome.because })
      case 'cancelled':
        return events.emit('step.finished', { ...this.#run, step, outcome: 'cancelled', ms: 0, waitedMs: 0 })
      default: {
        const { status, ms, waitedMs } = outcome
        const { runId, workflow, tenant } = this.#run
        const told = { runId, workflow, tenant, step, outcome: status, ms, waitedMs }
        events.emit('step.finished', outcome.status === 'failed' ? { ...told, failure: outcome.failure } : told)
      }
    }
  }

  /** Tells of a record when it is stored, before whatever follows from it. */
  recording(record: Writing, stored: () => void): () => void {
    if (!isNumbered(record)) return stored
    const number = ++this.#numbered
    return () => {
      // Whoever has come to watch meanwhile is told, too.
      this.#feed?.recorded(number, record)
      stored()
    }
  }

  finished(result: AnyResult, hasEnded: boolean): void {
    const { status, times } = result
    if (this.#events.observed) {
      const failure = status === 'failed' ? { failure: result.failure } : undefined
      this.#events.emit('run.finished', { ...this.#run, status, ms: times.wallMs, ...failure })
    }
    this.#feed?.end(hasEnded ? this.#numbered + 1 : undefined, result)
  }
}
