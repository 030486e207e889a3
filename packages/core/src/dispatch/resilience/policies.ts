import type { Circuit, Clock, EventSink, Policy, PolicyLike, Random } from '../../ports/index.js'
import { identifier, shown } from '../../ports/index.js'
import { policyFailure } from './failures.js'
import { LivePolicy } from './live-policy.js'
import { isOperation } from './fallback.js'
import { Plan } from './plan.js'

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
  readonly #names = new Set<string>()
  readonly #started = new Map<string, { readonly plan: Plan; readonly policy: LivePolicy }>()

  constructor(deps: PoliciesDeps) {
    this.#deps = deps
  }

  /** Puts a policy to work around what has this name; one that is at work already, of whatever library, is it. */
  around(name: string, policy: PolicyLike): Policy {
    this.#names.add(name)
    if (!('start' in policy)) return policy
    const live = policy.start({ ...this.#deps, name, shared: this.#shared })
    if (live instanceof LivePolicy && live.circuit !== undefined) this.circuits.set(name, live.circuit)
    return live
  }

  /** Gives up what waits to be tried again, and begins nothing more: whoever waits for it is told. */
  close(): void {
    for (const { policy } of this.#started.values()) policy.close()
  }

  /** The policy of this name, put to work when it is first asked for. */
  start(name: string, plan: Plan): LivePolicy {
    identifier(name, "policy's name")
    const known = this.#started.get(name)
    if (known !== undefined) {
      if (known.plan === plan) return known.policy
      throw policyFailure('policy.conflicting_share', { layer: 'policy', name })
    }
    if (this.#names.has(name)) throw policyFailure('policy.name_taken', { name })
    checkForFunctions(name, plan)
    const policy = this.around(name, plan) as LivePolicy
    this.#started.set(name, { plan, policy })
    return policy
  }
}

/** Throws unless a plan can stand around functions: no agent is at hand there to answer instead. */
function checkForFunctions(layer: string, plan: Plan): void {
  if (!(plan instanceof Plan)) {
    const expected = 'what policy(…) returned'
    throw policyFailure('policy.invalid_option', { layer, option: 'policy', received: shown(plan), expected })
  }
  for (const one of plan.layers) {
    if (one.kind !== 'fallback' || !one.alternatives.some(isOperation)) continue
    const received = 'the operation of an agent'
    throw policyFailure('policy.invalid_option', { layer, option: 'fallback', received, expected: 'functions alone' })
  }
}
