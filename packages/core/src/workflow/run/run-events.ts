import type { Failure, NewRecord } from '../../ports/index.js'
import { valueOf, type Writing, written } from '../journal/index.js'
import { bySignal } from './past.js'
import type { RunResult } from './run-result.js'

/** What is recorded of a run: it has a number, by which a reader goes on where it left off, in whatever process. */
export type RecordedEvent<Output = unknown, Steps = Readonly<Record<string, unknown>>> =
  | {
      readonly type: 'step.finished'
      readonly seq: number
      readonly step: string
      readonly status: 'succeeded'
      /** Absent where a signal brought it, or where there is none. */
      readonly output?: unknown
      readonly ms: number
    }
  | {
      readonly type: 'step.finished'
      readonly seq: number
      readonly step: string
      readonly status: 'failed'
      readonly failure: Failure
      readonly ms: number
    }
  /** A step waits for a time, or begins what is to be done at most once; or a map knows how many items it has. */
  | { readonly type: 'step.waiting'; readonly seq: number; readonly step: string; readonly ms: number }
  | { readonly type: 'step.marked'; readonly seq: number; readonly step: string }
  | { readonly type: 'run.finished'; readonly seq: number; readonly result: RunResult<Output, Steps> }

/** What is seen only by those who watch while it happens. */
export type PassingEvent =
  | { readonly type: 'run.transitioned'; readonly from: string; readonly to: string; readonly trigger: string }
  | { readonly type: 'step.started'; readonly step: string }
  | { readonly type: 'step.skipped'; readonly step: string; readonly because: string }
  | { readonly type: 'step.progress'; readonly step: string; readonly data: unknown }
  /** The reader was too slow: so many events without a number it will not see. */
  | { readonly type: 'events.missed'; readonly count: number }

/** What happens in a run. */
export type RunEvent<Output = unknown, Steps = Readonly<Record<string, unknown>>> =
  | RecordedEvent<Output, Steps>
  | (PassingEvent & { readonly seq?: undefined })

/** Whether a record is told as an event. What the run was told is not, nor what only recovery reads. */
export function isNumbered({ kind, key }: Pick<NewRecord, 'kind' | 'key'>): boolean {
  return kind !== 'signal' && !key.startsWith('$')
}

/** A record as an event. */
export function eventOf(seq: number, { key, kind, body: late, agent, tookMs: ms = 0 }: Writing): RecordedEvent {
  const body = written(late)
  const step = key.replace(/[!@][^!@]*$/, '')
  switch (kind) {
    case 'failure':
      return { type: 'step.finished', seq, step, status: 'failed', failure: valueOf(body) as Failure, ms }
    case 'timer':
      return { type: 'step.waiting', seq, step, ms: valueOf(body) as number }
    case 'mark':
      return { type: 'step.marked', seq, step }
    default: {
      const output = agent === bySignal ? undefined : valueOf(body)
      return { type: 'step.finished', seq, step, status: 'succeeded', ...(output !== undefined && { output }), ms }
    }
  }
}
