import { groupFault, type OptionFault, type OptionRule } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'
import { calls, longestMs, type OpensAfter, minimumOf, opensAfterFault, share, withMinimum } from './opens-after.js'
import { optionFault, shown } from '../../../ports/index.js'

/** When a circuit breaker opens, for how long, and how it closes again. All have good defaults. */
export interface CircuitBreakerOptions {
  /** How much has to fail before it opens; when absent, half of at least 20 calls within 30 s. */
  readonly opensAfter?: OpensAfter | undefined
  /** Opens it too when such a share of the calls, failed or not, took longer; within what `opensAfter` looks at, or 30 s. */
  readonly slow?: SlowCalls | undefined
  /** How long it refuses calls at first: 30,000. */
  readonly breakMs?: number | undefined
  /** How much longer each further break is, as long as there was no recovery in between: 2. */
  readonly growth?: number | undefined
  /** What no break is longer than: 300,000, or `breakMs` where that is more. */
  readonly maxBreakMs?: number | undefined
  /** Which share of a break chance may add or take, so that not all come back at once: 0.2. */
  readonly jitter?: number | undefined
  readonly halfOpen?: HalfOpenOptions | undefined
  /** The name under which several policies of an orchestrator share it. */
  readonly key?: string | undefined
}

export interface SlowCalls {
  readonly overMs: number
  readonly rate: number
  /** From how many calls on the share counts: as `opensAfter` has it. */
  readonly minimum?: number | undefined
}

/** How a circuit breaker finds out whether calls succeed again. */
export interface HalfOpenOptions {
  /** How many calls it lets try, and how many of them have to succeed: 3. */
  readonly permits?: number | undefined
  /** How long it waits for one of them to end before it opens again: 30,000. */
  readonly maxWaitMs?: number | undefined
  /** For how long, once it has closed, it lets only a growing share of the calls through: 10,000. */
  readonly rampMs?: number | undefined
}

/** The options with nothing left open. */
export interface CircuitBreakerSettings extends CircuitBreakerOptions {
  readonly opensAfter: OpensAfter
  readonly slow: (SlowCalls & { readonly minimum: number }) | undefined
  readonly breakMs: number
  readonly growth: number
  readonly maxBreakMs: number
  readonly jitter: number
  readonly halfOpen: { readonly permits: number; readonly maxWaitMs: number; readonly rampMs: number }
}

const ms: OptionRule = { above: 0, max: longestMs }

const rules: Readonly<Record<string, OptionRule>> = {
  opensAfter: anyGroup(),
  slow: anyGroup(),
  breakMs: ms,
  growth: { min: 1, max: 100 },
  maxBreakMs: ms,
  jitter: { min: 0, max: 1 },
  halfOpen: anyGroup(),
  key: { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' },
}

/** The options checked, copied and completed, or the failure that says which one cannot be. */
export function circuitBreakerSettings(options: CircuitBreakerOptions): CircuitBreakerSettings {
  const fault = faultOf(options)
  if (fault !== undefined) throw policyFailure('policy.invalid_option', { layer: 'circuitBreaker', ...fault })
  const opensAfter = options.opensAfter ?? { rate: 0.5, withinMs: 30_000, minimum: 20 }
  const { slow, halfOpen, breakMs = 30_000, growth = 2, jitter = 0.2, key } = options
  return Object.freeze({
    opensAfter: Object.freeze(withMinimum(opensAfter)),
    slow: slow && Object.freeze({ ...slow, minimum: slow.minimum ?? minimumOf(opensAfter) }),
    breakMs,
    growth,
    maxBreakMs: options.maxBreakMs ?? Math.max(300_000, breakMs),
    jitter,
    halfOpen: Object.freeze({
      permits: halfOpen?.permits ?? 3,
      maxWaitMs: halfOpen?.maxWaitMs ?? 30_000,
      rampMs: halfOpen?.rampMs ?? 10_000,
    }),
    ...(key !== undefined && { key }),
  })
}

function faultOf(options: CircuitBreakerOptions): OptionFault | undefined {
  const fault = optionFault(options, rules)
  if (fault !== undefined) return fault
  const { opensAfter, slow, halfOpen, breakMs = 30_000, maxBreakMs } = options
  return (
    (opensAfter !== undefined ? opensAfterFault(opensAfter) : undefined) ??
    (slow !== undefined ? slowFault(slow, opensAfter) : undefined) ??
    (halfOpen !== undefined ? groupFault('halfOpen', halfOpen, halfOpenRules) : undefined) ??
    (maxBreakMs !== undefined && maxBreakMs < breakMs
      ? { option: 'maxBreakMs', received: shown(maxBreakMs), expected: `at least breakMs, which is ${breakMs}` }
      : undefined)
  )
}

const halfOpenRules: Readonly<Record<string, OptionRule>> = {
  permits: calls,
  maxWaitMs: ms,
  rampMs: { min: 0, max: longestMs },
}

function slowFault(slow: unknown, opensAfter: OpensAfter | undefined): OptionFault | undefined {
  const most = opensAfter !== undefined && 'ofLast' in opensAfter ? opensAfter.ofLast : 100_000
  const minimum: OptionRule = { min: 1, max: most, whole: true }
  return groupFault('slow', slow, { overMs: ms, rate: share, minimum }, ['overMs', 'rate'])
}

/** Groups are looked at one by one, once all names are known to be right. */
function anyGroup(): OptionRule {
  return { fits: () => true, expected: 'an object' }
}
