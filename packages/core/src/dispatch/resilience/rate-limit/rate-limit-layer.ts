import {
  groupFault,
  type AgentMessage,
  type OptionFault,
  optionFault,
  type OptionRule,
  shown,
} from '../../../ports/index.js'
import { policyFailure } from '../failures.js'

/** How much there is within a time: `limit` per `perMs`, evenly, and up to `burst` at once (`limit` when absent). */
export interface Rate {
  readonly limit: number
  readonly perMs: number
  readonly burst?: number | undefined
}

/** A rate with nothing left open. */
export interface SettledRate extends Rate {
  readonly burst: number
}

/** A rate of what calls need, such as tokens: `of` says how many a message needs, 1 when absent. */
export interface UnitRate extends Rate {
  readonly of?: ((message: AgentMessage) => number) | undefined
}

/** How often calls may be made, or how much they may need, or both. */
export interface RateLimitOptions {
  readonly requests?: Rate | undefined
  readonly units?: UnitRate | undefined
  /** How long a call waits for its turn at most; 0, as when absent, refuses at once, and `Infinity` always waits. */
  readonly maxWaitMs?: number | undefined
  /** How many may wait at once: 1,000 when absent. */
  readonly queue?: number | undefined
  /** The name under which several policies of an orchestrator share it. */
  readonly key?: string | undefined
}

/** The options with nothing left open. */
export interface RateLimitSettings extends RateLimitOptions {
  readonly requests?: SettledRate
  readonly units?: SettledRate & UnitRate
  readonly maxWaitMs: number
  readonly queue: number
}

/** The layer of a policy that bounds how often calls are made. */
export interface RateLimitLayer {
  readonly kind: 'rateLimit'
  readonly options: RateLimitSettings
}

const longestMs = 31_536_000_000
const group: OptionRule = { fits: () => true, expected: 'an object' }

const rules: Readonly<Record<string, OptionRule>> = {
  requests: group,
  units: group,
  maxWaitMs: { min: 0, max: longestMs, infinite: true },
  queue: { min: 0, whole: true },
  key: { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' },
}

const count: OptionRule = { min: 1, max: 1_000_000_000_000, whole: true }
const rateRules: Readonly<Record<string, OptionRule>> = {
  limit: count,
  perMs: { min: 1, max: longestMs },
  burst: count,
}
const unitRules: Readonly<Record<string, OptionRule>> = {
  ...rateRules,
  of: { fits: (value) => typeof value === 'function', expected: 'a function of a message' },
}

/** Bounds how often calls are made, or how much they need; who would be too fast waits for its turn, or is refused. */
export function rateLimit(options: RateLimitOptions): RateLimitLayer {
  return Object.freeze({ kind: 'rateLimit', options: rateLimitSettings(options) })
}

/** The options checked, copied and completed, or the failure that says which one cannot be. */
export function rateLimitSettings(options: RateLimitOptions): RateLimitSettings {
  const fault = faultOf(options)
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer: 'rateLimit', ...fault })
  const { requests, units, maxWaitMs = 0, queue = 1_000, key } = options
  return Object.freeze({
    ...(requests && { requests: Object.freeze({ ...requests, burst: requests.burst ?? requests.limit }) }),
    ...(units && { units: Object.freeze({ ...units, burst: units.burst ?? units.limit }) }),
    maxWaitMs,
    queue,
    ...(key !== undefined && { key }),
  })
}

function faultOf(options: RateLimitOptions): OptionFault | undefined {
  const fault = optionFault(options, rules)
  if (fault !== undefined) return fault
  const { requests, units } = options
  const required = ['limit', 'perMs']
  if (requests === undefined && units === undefined) {
    return { option: 'options', received: shown(options), expected: 'an object with requests or units, or both' }
  }
  return (
    (requests !== undefined ? groupFault('requests', requests, rateRules, required) : undefined) ??
    (units !== undefined ? groupFault('units', units, unitRules, required) : undefined)
  )
}
