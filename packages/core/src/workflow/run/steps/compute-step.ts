import type { ComputeStep } from '../../graph/index.js'
import type { Writing } from '../../journal/index.js'
import type { Frame } from '../frame.js'
import { failed, succeeded } from '../outcome.js'
import { outcomeOf } from '../task.js'

/** A step that works something out of what is there. */
export function beginCompute(frame: Frame, place: number, step: ComputeStep): void {
  const { execution } = frame
  const key = frame.keyOf(step)
  const record = execution.past.settled(key)
  if (record !== undefined) return frame.settle(place, outcomeOf(record))
  if (execution.isReplay) return execution.leftOpen(key)
  execution.enter()
  execution.started(key)
  const beganAt = execution.clock.monotonic()

  const end = (kind: 'result' | 'failure', value: unknown): void => {
    if (frame.isOver) return execution.leave()
    const ms = execution.clock.monotonic() - beganAt
    const outcome = kind === 'result' ? succeeded(value, ms) : failed(value, ms)
    let body: Writing['body']
    try {
      body = value === undefined ? undefined : execution.bodyOf(`The ${kind} of ${key}`, value)
    } catch (error) {
      return end('failure', error)
    }
    const tell = () => {
      frame.settle(place, outcome)
      execution.leave()
    }
    const record = { key, kind, body, attempt: 1, tookMs: Math.round(ms) }
    if (!frame.isAtLast) return execution.record(record, tell)
    execution.record(record, () => {})
    tell()
  }
  const blamed = (error: unknown) => end('failure', frame.blame(step.name, 'run', error))

  let output: unknown
  try {
    output = step.run(frame.state(step.after))
  } catch (error) {
    return blamed(error)
  }
  if (output instanceof Promise) output.then((value) => end('result', value), blamed)
  else end('result', output)
}
