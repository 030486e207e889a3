import { type Classifier, optionFault, type Policy, shown } from '../../ports/index.js'
import { policyFailure } from './failures.js'
import { type Layer, Plan } from './plan.js'

/** What holds for a policy as a whole. */
export interface PolicyOptions {
  /** Tells the class of an error, or leaves it to the usual rules by returning undefined. All layers go by it. */
  readonly classify?: Classifier
}

/** The order in which layers stand around each other, the outermost first. There is no other that works. */
const order = ['fallback', 'deadline', 'retry', 'hedge', 'bulkhead', 'rateLimit', 'circuitBreaker', 'timeout']

/**
 * Describes a policy by its layers, the outermost first: `policy(fallback(…), deadline(…), retry(…), hedge(…), bulkhead(…),
 * rateLimit(…), circuitBreaker(…), timeout(…))`, whichever of them are wanted; innermost there may be a policy of another library.
 */
export function policy(...parts: readonly (Layer | Policy | PolicyOptions)[]): Plan {
  const layers: Layer[] = []
  let innermost: Policy | undefined
  let classifier: Classifier | undefined
  const given = parts.map(nameOf)
  for (const part of parts) {
    if (isLayer(part)) layers.push(part)
    else if (isPolicy(part)) innermost = innermost === undefined ? part : wrongOrder(given)
    else classifier = classifierOf(part)
  }
  const places = given.filter((name) => name !== 'options').map((name) => [...order, 'policy'].indexOf(name))
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] as number))) wrongOrder(given)
  return new Plan(Object.freeze(layers), innermost, classifier)
}

function nameOf(part: unknown): string {
  if (isLayer(part)) return part.kind
  return isPolicy(part) ? 'policy' : 'options'
}

function isLayer(part: unknown): part is Layer {
  const kind = (part as Partial<Layer> | null | undefined)?.kind
  return typeof kind === 'string' && order.includes(kind)
}

function isPolicy(part: unknown): part is Policy {
  return typeof (part as Partial<Policy> | null | undefined)?.execute === 'function'
}

function classifierOf(options: PolicyOptions): Classifier | undefined {
  const isFunction = (value: unknown) => typeof value === 'function'
  const fault = optionFault(options, { classify: { fits: isFunction, expected: 'a function of an error' } })
  if (fault === undefined) return options.classify
  const expected = 'layers such as retry(…), a policy of another library, or { classify }'
  const isNoPart = fault.option !== 'classify'
  throw policyFailure('policy.invalid_option', {
    layer: 'policy',
    ...(isNoPart ? { option: 'layer', received: shown(options), expected } : fault),
  })
}

function wrongOrder(given: readonly string[]): never {
  throw policyFailure('policy.wrong_order', {
    given: given.filter((name) => name !== 'options'),
    order: [...order, 'a policy of another library'],
  })
}
