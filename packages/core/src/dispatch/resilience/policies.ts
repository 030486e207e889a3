import type { Circuit, Clock, EventSink, Policy, PolicyLike, Random } from '../../ports/index.js'
import { identifier } from '../../ports/index.js'
import { policyFailure } from './failures.js'
import { LivePolicy } from './live-policy.js'
import type { Plan } from './plan.js'

export interface PoliciesDeps {
  readonly clock: Clock
  readonly random: Random
  readonly events: EventSink
}

/** The policies at work in one orchestrator, and what they share by name. */
export class Policies {
  /** The circuit breakers by the names of what they protect. */
  readonly circuits = new Map<string, Circuit>()
  readonly #deps: PoliciesDeps
  readonly #shared = new Map<string, unknown>()
  readonly #started = new Map<string, { readonly plan: Plan; readonly policy: LivePolicy }>()

  constructor(deps: PoliciesDeps) {
    this.#deps = deps
  }

  /** Puts a policy to work around what has this name; one that is at work already, of whatever library, is it. */
  around(name: string, policy: PolicyLike): Policy {
    if (!('start' in policy)) return policy
    const live = policy.start({ ...this.#deps, name, shared: this.#shared })
    if (live instanceof LivePolicy && live.circuit !== undefined) this.circuits.set(name, live.circuit)
    return live
  }

  /** The policy of this name, put to work when it is first asked for. */
  start(name: string, plan: Plan): LivePolicy {
    identifier(name, "policy's name")
    const known = this.#started.get(name)
    if (known?.plan === plan) return known.policy
    if (known !== undefined || typeof plan?.start !== 'function') {
      throw policyFailure('policy.conflicting_share', { layer: 'policy', name })
    }
    const policy = this.around(name, plan) as LivePolicy
    this.#started.set(name, { plan, policy })
    return policy
  }
}
