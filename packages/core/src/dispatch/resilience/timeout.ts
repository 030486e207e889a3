import { optionFault } from '../../ports/index.js'
import { policyFailure } from './failures.js'

/** The layer of a policy that bounds each try. */
export interface TimeoutLayer {
  readonly kind: 'timeout'
  readonly options: { readonly ms: number }
}

/** The layer of a policy that bounds all tries together, waits included. */
export interface DeadlineLayer {
  readonly kind: 'deadline'
  readonly options: { readonly ms: number }
}

/** Gives up a try that takes longer than so many milliseconds. */
export function timeout(options: { readonly ms: number }): TimeoutLayer {
  return Object.freeze({ kind: 'timeout', options: checked('timeout', options) })
}

/** Gives up the whole when all tries, and the waits between them, take longer than so many milliseconds. */
export function deadline(options: { readonly ms: number }): DeadlineLayer {
  return Object.freeze({ kind: 'deadline', options: checked('deadline', options) })
}

function checked(layer: string, options: { readonly ms: number }): { readonly ms: number } {
  const rule = { above: 0, max: 1_000_000_000_000 }
  const fault = optionFault(options, { ms: rule }) ?? optionFault({ ms: options.ms ?? null }, { ms: rule })
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer, ...fault })
  return { ms: options.ms }
}
