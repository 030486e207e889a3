import { type Dispatch, LivePolicy, type Policies, policy, retry } from '../../dispatch/index.js'
import type { Operation, Policy } from '../../ports/index.js'
import type { AnyCallRules } from '../graph/index.js'

/** The policies around the calls of steps that say something about them; each is made once, so that its circuit lasts. */
export class StepPolicies {
  readonly #dispatch: Dispatch
  readonly #policies: Policies
  readonly #known = new WeakMap<AnyCallRules, Map<string, Policy | undefined>>()

  constructor(dispatch: Dispatch, policies: Policies) {
    this.#dispatch = dispatch
    this.#policies = policies
  }

  /** What stands around a call instead of its agent's policy; nothing where that one does. */
  for(workflow: string, operation: Operation, rules: AnyCallRules): Policy | undefined {
    if (rules.policy === undefined && rules.retry === undefined) return undefined
    let known = this.#known.get(rules)
    if (known === undefined) {
      known = new Map()
      this.#known.set(rules, known)
    }
    const key = `${operation.agent}.${operation.name}`
    if (!known.has(key)) known.set(key, this.#make(`${workflow}/${key}`, operation, rules))
    return known.get(key)
  }

  #make(name: string, operation: Operation, rules: AnyCallRules): Policy | undefined {
    if (rules.policy !== undefined) return this.#policies.around(name, rules.policy)
    const layer = rules.retry ? retry(rules.retry) : undefined
    const base = this.#dispatch.policyOf(operation)
    if (base instanceof LivePolicy) return base.withRetry(layer)
    // What another library's policy repeats is not to be told from here.
    if (base !== undefined) return base
    return layer && this.#policies.around(name, policy(layer))
  }
}
