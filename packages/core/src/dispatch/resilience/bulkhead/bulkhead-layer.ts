import { optionFault, type OptionRule, shown } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'

/** How many calls may be under way at once, and how many may wait. */
export interface BulkheadOptions {
  readonly limit: number
  /** How many wait for their turn instead of being refused: 0 when absent. */
  readonly queue?: number | undefined
  /** Who goes first of those who wait: who came first, which is the default, or who is the most urgent. */
  readonly order?: 'fifo' | 'priority' | undefined
  /** The name under which several policies of an orchestrator share it. */
  readonly key?: string | undefined
}

/** The options with nothing left open. */
export interface BulkheadSettings extends BulkheadOptions {
  readonly queue: number
  readonly order: 'fifo' | 'priority'
}

/** The layer of a policy that bounds how many calls are under way at once. */
export interface BulkheadLayer {
  readonly kind: 'bulkhead'
  readonly options: BulkheadSettings
}

const rules: Readonly<Record<string, OptionRule>> = {
  limit: { min: 1, whole: true },
  queue: { min: 0, whole: true },
  order: { oneOf: ['fifo', 'priority'] },
  key: { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' },
}

/** Bounds how many calls are under way at once, and how many wait for that; more are refused at once. */
export function bulkhead(options: BulkheadOptions): BulkheadLayer {
  return Object.freeze({ kind: 'bulkhead', options: bulkheadSettings(options) })
}

/** The options checked, copied and completed, or the failure that says which one cannot be. */
export function bulkheadSettings(options: BulkheadOptions): BulkheadSettings {
  const fault = optionFault(options, rules) ?? absentLimit(options)
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer: 'bulkhead', ...fault })
  const { limit, queue = 0, order = 'fifo', key } = options
  return Object.freeze({ limit, queue, order, ...(key !== undefined && { key }) })
}

function absentLimit({ limit }: BulkheadOptions) {
  if (limit !== undefined) return undefined
  return { option: 'limit', received: shown(limit), expected: 'a whole number from 1' }
}
