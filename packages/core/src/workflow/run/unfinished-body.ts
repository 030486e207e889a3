import { type Body, errorText } from '../../ports/index.js'
import { bodyOf, present } from '../journal/index.js'
import type { Conclusion } from './run-result.js'

/** Why a run ended without an output, to be kept; nothing for one that has one. */
export function unfinishedBody(conclusion: Conclusion, session: object | undefined, ms: number): Body | undefined {
  if (conclusion.ok) return undefined
  const what =
    conclusion.status === 'failed'
      ? { failure: conclusion.failure, step: conclusion.failedStep }
      : { because: conclusion.status === 'cancelled' ? conclusion.reason : conclusion.status }
  try {
    return bodyOf('The failure of a run', present({ ...what, session, ms }))
  } catch {
    // A reason that cannot be kept as it is, is kept as what it says.
    return bodyOf('The failure of a run', {
      because: errorText(what.failure ?? what.because).slice(0, 1_000),
      session,
      ms,
    })
  }
}
