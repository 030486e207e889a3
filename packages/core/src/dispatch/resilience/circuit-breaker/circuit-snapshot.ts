import { type CircuitSnapshot, type OptionRule, optionFault, shown } from '../../../ports/index.js'
import { policyFailure } from '../failures.js'

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
