import { isDeepStrictEqual } from 'node:util'
import {
  type Classifier,
  classify,
  type ErrorClass,
  type Policy,
  type PolicyHost,
  type PolicyLike,
  type PolicyPlan,
} from '../../ports/index.js'
import { Bulkhead } from './bulkhead/bulkhead.js'
import type { BulkheadLayer } from './bulkhead/bulkhead-layer.js'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import type { CircuitBreakerLayer } from './circuit-breaker/circuit-breaker-layer.js'
import { Deadlines } from './deadlines.js'
import type { FallbackLayer } from './fallback.js'
import { policyFailure } from './failures.js'
import type { HedgeLayer } from './hedge.js'
import { classOf, Layers } from './layers.js'
import { LivePolicy } from './live-policy.js'
import { RateLimiter } from './rate-limit/rate-limiter.js'
import type { RateLimitLayer } from './rate-limit/rate-limit-layer.js'
import type { RetryLayer } from './retry/retry.js'
import { RetryBudget } from './retry/retry-budget.js'
import { Retrying } from './retry/retrying.js'
import type { DeadlineLayer, TimeoutLayer } from './timeout.js'

/** One layer of a policy. */
export type Layer =
  | FallbackLayer
  | DeadlineLayer
  | RetryLayer
  | HedgeLayer
  | BulkheadLayer
  | RateLimitLayer
  | CircuitBreakerLayer
  | TimeoutLayer

type LayerOf<Kind> = Extract<Layer, { readonly kind: Kind }>

/** A policy as it was described: at most one layer of each kind, and a policy of another library innermost. */
export class Plan implements PolicyPlan {
  readonly layers: readonly Layer[]
  readonly #innermost: Policy | undefined
  readonly classifier: Classifier | undefined

  constructor(layers: readonly Layer[], innermost: Policy | undefined, classifier: Classifier | undefined) {
    this.layers = layers
    this.#innermost = innermost
    this.classifier = classifier
    Object.freeze(this)
  }

  start(host: PolicyHost): LivePolicy {
    const { name, clock, random } = host
    const retry = this.#layer('retry')
    const layers = new Layers({
      name,
      clock,
      random,
      deadlines: new Deadlines(clock),
      classifier: this.classifier,
      alternatives: this.#layer('fallback')?.alternatives,
      deadlineMs: this.#layer('deadline')?.options.ms,
      retry: retry && new Retrying(retry),
      retryBudget: retry && retryBudgetOf(retry, host),
      hedge: this.#layer('hedge')?.options,
      bulkhead: shared(host, this.#layer('bulkhead'), (own, { options }) => new Bulkhead(options, own)),
      limiter: shared(host, this.#layer('rateLimit'), (own, { options }) => new RateLimiter(options, own)),
      breaker: shared(host, this.#layer('circuitBreaker'), (own, { options }) => new CircuitBreaker(options, own)),
      timeoutMs: this.#layer('timeout')?.options.ms,
    })
    return new LivePolicy(layers, this.#innermost)
  }

  #layer<Kind extends Layer['kind']>(kind: Kind): LayerOf<Kind> | undefined {
    return this.layers.find((layer) => layer.kind === kind) as LayerOf<Kind> | undefined
  }
}

/** What an error means to whoever goes by the same rules as a policy does. */
export function classifierOf(policy: PolicyLike | undefined): (error: unknown) => ErrorClass {
  const classifier = policy instanceof Plan ? policy.classifier : undefined
  return classifier === undefined ? classify : (error) => classOf(error, classifier)
}

function retryBudgetOf({ options: { budget } }: RetryLayer, host: PolicyHost): RetryBudget | undefined {
  if (budget === undefined) return undefined
  const { scope, ...options } = budget
  const layer = { kind: 'retry budget', options: { ...options, key: scope } }
  return shared(host, layer, () => new RetryBudget(options, host.clock))
}

interface Shareable {
  readonly kind: string
  readonly options: { readonly key?: string | undefined }
}

/** What a layer works with: its own, or, by its key, one that several policies of a host work with. */
function shared<Kind extends Shareable, Thing>(
  host: PolicyHost,
  layer: Kind | undefined,
  make: (host: PolicyHost, layer: Kind) => Thing,
): Thing | undefined {
  if (layer === undefined) return undefined
  const { kind, options } = layer
  const { key } = options
  if (key === undefined || host.shared === undefined) return make(host, layer)
  const name = `${kind} ${key}`
  const known = host.shared.get(name) as { readonly options: unknown; readonly thing: Thing } | undefined
  if (known !== undefined) {
    if (isDeepStrictEqual(known.options, options)) return known.thing
    throw policyFailure('policy.conflicting_share', { layer: kind, name: key })
  }
  const thing = make({ ...host, name: key }, layer)
  host.shared.set(name, { options, thing })
  return thing
}
