import { errorText } from '../../ports/index.js'
import { runFailure } from './failures.js'
import type { RunResult } from './run-result.js'

/** The output of a run that has one; throws the failure of one that has failed, and for any other what has become of it. */
export function orThrow<Output>(result: RunResult<Output, any>): Output {
  if (result.ok) return result.output
  const { runId } = result
  switch (result.status) {
    case 'failed':
      throw result.failure
    case 'cancelled': {
      const { reason } = result
      throw runFailure('workflow.cancelled', { run: runId, because: errorText(reason) }, reason)
    }
    case 'suspended': {
      const waits = result.waitingFor.map(({ step, signal }) => (signal === undefined ? step : `${step} (${signal})`))
      throw runFailure('workflow.no_result', { run: runId, because: `it waits in ${waits.join(', ')}` })
    }
    case 'running':
      throw runFailure('workflow.no_result', { run: runId, because: `it still runs (${result.because})` })
    case 'needs-attention':
      throw runFailure('workflow.no_result', { run: runId, because: `it needs attention (${result.because})` })
  }
}
