import type { Clock } from '../ports/index.js'
import { kernelFailure } from './failures.js'

/**
 * Waits for work at most so long, or until the signal aborts; then tells the work by its own signal, and waits no more.
 * What it still results in afterwards goes to `late`, so that it can be undone.
 */
export async function within<Result>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
  late?: (result: Result) => unknown,
): Promise<Result> {
  const inner = new AbortController()
  let overdue = false
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const give = (reason: unknown) => {
    overdue = true
    inner.abort(reason)
    reject(reason)
  }
  const tooLate = () => give(kernelFailure('kernel.too_late', { what, timeoutMs }))
  // A process with nothing else to do must live to see the deadline, or it would end without a word.
  const timer = clock.schedule(timeoutMs, tooLate, true)
  const abort = () => give(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  void work(inner.signal).then(
    (result) => (overdue ? undoLate(late, result) : resolve(result)),
    (error: unknown) => reject(error),
  )
  try {
    return await promise
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', abort)
  }
}

async function undoLate<Result>(late: ((result: Result) => unknown) | undefined, result: Result): Promise<void> {
  try {
    await late?.(result)
  } catch {
    // Nobody waits for it any more; whoever did was told that it took too long.
  }
}
