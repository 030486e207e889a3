import { type OptionRule, optionFault, shown } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated'

/** What is worth remembering of a circuit beyond the life of a process, as plain JSON. */
export interface CircuitSnapshot {
  readonly state: CircuitState
  /** How many breaks there were without recovery in between. */
  readonly breaks: number
  /** Why it is open. */
  readonly because?: string
  /** Until when it refuses calls: milliseconds since 1970. */
  readonly until?: number
}

const rules: Readonly<Record<string, OptionRule>> = {
  state: { oneOf: ['closed', 'open', 'half-open', 'isolated'] },
  breaks: { min: 0, max: 1_000_000, whole: true },
  because: {
    fits: (value) => typeof value === 'string' && value.length <= 1_000,
    expected: 'a text of up to 1000 letters',
  },
  until: { min: 0, max: 8_640_000_000_000_000 },
}

/** A snapshot from wherever it was kept, or the failure that says what is wrong with it. */
export function checkedSnapshot(snapshot: unknown): CircuitSnapshot {
  const fault = optionFault(snapshot, rules) ?? absence(snapshot as Readonly<Record<string, unknown>>)
  if (fault === undefined) return { ...(snapshot as CircuitSnapshot) }
  const option = fault.option === 'options' ? 'snapshot' : `snapshot.${fault.option}`
  throw policyFailure('policy.invalid_option', { layer: 'circuitBreaker', ...fault, option })
}

function absence(snapshot: Readonly<Record<string, unknown>>) {
  const required = snapshot['state'] === 'open' ? ['state', 'breaks', 'until'] : ['state', 'breaks']
  const option = required.find((name) => snapshot[name] === undefined)
  return option === undefined ? undefined : { option, received: shown(undefined), expected: 'what export() gave' }
}
