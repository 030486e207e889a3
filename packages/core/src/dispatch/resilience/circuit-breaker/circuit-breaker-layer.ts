import {
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  circuitBreakerSettings,
} from './circuit-breaker-options.js'

/** The layer of a policy that refuses calls for a while after too many failed. */
export interface CircuitBreakerLayer {
  readonly kind: 'circuitBreaker'
  readonly options: CircuitBreakerSettings
}

/** Refuses calls at once, for a while, after too many failed or were slow; then lets a few try, and the others by and by. */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreakerLayer {
  return Object.freeze({ kind: 'circuitBreaker', options: circuitBreakerSettings(options) })
}
