import type { StoreCall } from '@baton/core/ports'
import { failureOf } from './failure-of.js'

/** Does something in the database, until the call is aborted; what goes wrong is told as a failure of ours. */
export function attempt<Value>(doing: string, call: StoreCall | undefined, work: () => Promise<Value>): Promise<Value> {
  const done = work().catch((error: unknown) => {
    throw failureOf(error, doing)
  })
  return call?.signal === undefined ? done : untilAborted(done, call.signal)
}

/** What a promise becomes, unless a signal aborts before: then rejects with its reason, and forgets the promise. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
