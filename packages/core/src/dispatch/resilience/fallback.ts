import type { Operation } from '../../ports/index.js'
import { policyFailure } from './failures.js'
import { shown } from '../../ports/index.js'

/** What answers instead: an operation of another agent, which gets the same input, or a function of the failure. */
export type Alternative = Operation<never, unknown, unknown> | ((failure: unknown, input: unknown) => unknown)

/** The layer of a policy that has something else answer. */
export interface FallbackLayer {
  readonly kind: 'fallback'
  readonly alternatives: readonly Alternative[]
}

/** Has something else answer when all tries have failed: the first of the alternatives that does not fail itself. */
export function fallback(...alternatives: readonly [Alternative, ...Alternative[]]): FallbackLayer {
  const given: readonly unknown[] = alternatives
  const wrong = given.findIndex((one) => typeof one !== 'function' && !isOperation(one))
  if (given.length === 0 || wrong >= 0) {
    const [option, received] =
      given.length === 0 ? ['alternatives', 'none'] : [`alternatives[${wrong}]`, shown(given[wrong])]
    const expected = 'operations of agents, or functions of the failure'
    throw policyFailure('policy.invalid_option', { layer: 'fallback', option, received, expected })
  }
  return Object.freeze({ kind: 'fallback', alternatives })
}

/** Whether an alternative is an operation of an agent. */
export function isOperation(value: unknown): value is Operation<unknown> {
  const { agent, name, contract } = (value ?? {}) as Partial<Operation>
  return typeof agent === 'string' && agent !== '' && typeof name === 'string' && contract !== undefined
}

/** What the first alternative answers that does not fail; each is told how the one before it failed. */
export async function firstAnswer(
  alternatives: readonly Alternative[],
  error: unknown,
  answer: (alternative: Alternative, failure: unknown) => unknown,
  isOver: () => boolean,
): Promise<unknown> {
  let failure = error
  for (const alternative of alternatives) {
    if (isOver()) break
    try {
      return await answer(alternative, failure)
    } catch (own) {
      failure = own
    }
  }
  throw failure
}
