import type { RunRecord } from '../../ports/index.js'
import { failureBodyOf, valueOf, type Writing } from '../journal/index.js'
import type { Frame } from './frame.js'
import { type Ended, failed, type StepOutcome, succeeded } from './outcome.js'

/** Something that was begun, and that ends: a step, or a part of one. */
export interface Begun {
  readonly frame: Frame
  readonly key: string
  /** Whether nothing of the run is begun after it, should it end so. */
  isLast(hasFailed: boolean): boolean
  /** It has ended. */
  ended(outcome: StepOutcome): void
}

const nobody = () => {}

/**
 * Records how something ended, and tells it when that is durable; at once where nothing is to be begun after it. What cannot
 * be kept is a failure. `kept`: what is recorded in the place of its output or failure.
 */
export function recordEnd(one: Begun, ended: Ended, agent?: string, attempt = 1, kept: unknown = valueIn(ended)): void {
  const { frame, key } = one
  const { execution } = frame
  let outcome = ended
  let body: Writing['body']
  try {
    body =
      kept === undefined
        ? undefined
        : execution.bodyOf(`The ${ended.status === 'failed' ? 'failure' : 'result'} of ${key}`, kept)
  } catch (error) {
    outcome = failed(error, ended.ms, ended.waitedMs)
    body = failureBodyOf(error)
  }
  const hasFailed = outcome.status === 'failed'
  const isLast = one.isLast(hasFailed)
  const tell = () => {
    one.ended(outcome)
    execution.leave()
  }
  const kind = hasFailed ? 'failure' : 'result'
  const record: Writing = { key, kind, body, agent, attempt, tookMs: Math.round(outcome.ms) }
  execution.record(record, isLast ? nobody : tell)
  if (isLast) tell()
}

/** How something ended, as it was recorded. */
export function endOf({ kind, body, tookMs = 0 }: RunRecord, waitedMs = 0): Ended {
  const value = valueOf(body)
  return kind === 'failure' ? failed(value, tookMs, waitedMs) : succeeded(value, tookMs, waitedMs)
}

function valueIn(ended: Ended): unknown {
  return ended.status === 'succeeded' ? ended.output : ended.failure
}
