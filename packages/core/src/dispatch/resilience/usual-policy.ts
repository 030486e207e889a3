import { circuitBreaker } from './circuit-breaker/circuit-breaker-layer.js'
import type { Layer, Plan } from './plan.js'
import { policy } from './policy.js'
import type { ResilienceSettings } from './resilience-settings.js'
import { retry } from './retry/retry.js'

/** The policy of agents that have none of their own, as the settings say; nothing where they want none. */
export function usualPolicy(settings: ResilienceSettings): Plan | undefined {
  const { maxRetries, retryBaseMs, retryCapMs } = settings
  const layers: Layer[] = []
  if (maxRetries > 0) layers.push(retry({ attempts: maxRetries + 1, baseMs: retryBaseMs, capMs: retryCapMs }))
  if (settings.circuitBreaker) {
    // Counted in calls, so that no clock has to be read for it.
    const opensAfter = { rate: 0.5, ofLast: 50, minimum: 20 }
    layers.push(circuitBreaker({ opensAfter, breakMs: settings.circuitBreakMs }))
  }
  return layers.length === 0 ? undefined : policy(...layers)
}
