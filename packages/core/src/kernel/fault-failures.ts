import { errorText } from '../ports/index.js'
import { kernelFailure } from './failures.js'
import { causeOf, faultOf, type PartFault } from './part-fault.js'

/** Some parts did not start, and perhaps others did not stop again. */
export function startFailed(faults: readonly PartFault[]) {
  return kernelFailure('kernel.start_failed', { parts: faults.map(withoutCause) }, causeOf(faults))
}

/** The start was no longer wanted. */
export function startCancelled(reason: unknown, unstopped: readonly PartFault[]) {
  const cause = unstopped.length === 0 ? reason : causeOf([faultOf('', reason), ...unstopped])
  return kernelFailure(
    'kernel.start_cancelled',
    { because: errorText(reason), parts: unstopped.map(withoutCause) },
    cause,
  )
}

/** Some parts could not be closed; all were told to. */
export function closeFailed(faults: readonly PartFault[]) {
  return kernelFailure('kernel.close_failed', { parts: faults.map(withoutCause) }, causeOf(faults))
}

function withoutCause({ part, because }: PartFault) {
  return { part, because }
}
