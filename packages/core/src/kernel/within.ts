import type { Clock } from '../ports/index.js'
import { kernelFailure } from './failures.js'

/** For how long, and until what, work is waited for. */
export interface Patience<Result> {
  readonly clock: Clock
  readonly timeoutMs: number
  /** What is done, for a message: `start plugin postgres`. */
  readonly what: string
  /** Gives up the work. */
  readonly signal?: AbortSignal | undefined
  /** Is handed the work that is no longer waited for, so that what still comes of it can be undone. */
  readonly late?: (work: Promise<Result>) => void
}

/** Waits for work at most so long, or until the signal aborts; then tells the work by its own signal, and waits no more. */
export async function within<Result>(
  { clock, timeoutMs, what, signal, late }: Patience<Result>,
  begin: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const inner = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  let settled = false
  const giveUp = (reason: unknown) => {
    if (settled) return
    settled = true
    late?.(work)
    inner.abort(reason)
    reject(reason)
  }
  const abort = () => giveUp(signal?.reason)
  const work = begin(inner.signal)
  // A process with nothing else to do must live to see the deadline, or it would end without a word.
  const timer = clock.schedule(timeoutMs, () => giveUp(kernelFailure('kernel.too_late', { what, timeoutMs })), true)
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  work.then(
    (result) => {
      settled = true
      resolve(result)
    },
    (error: unknown) => {
      settled = true
      reject(error)
    },
  )
  try {
    return await promise
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', abort)
  }
}
