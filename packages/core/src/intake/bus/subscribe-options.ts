import { groupFault, optionFault, type OptionRule, type SubscribeOptions } from '../../ports/index.js'
import { busFailure } from './failures.js'

const name: OptionRule = { fits: (value) => typeof value === 'string' && value !== '', expected: 'a name' }
const aFunction = (expected: string): OptionRule => ({ fits: (value) => typeof value === 'function', expected })
const anObject = (expected: string): OptionRule => ({
  fits: (value) => (typeof value === 'object' && value !== null) || typeof value === 'function',
  expected,
})

const rules: Readonly<Record<keyof SubscribeOptions, OptionRule>> = {
  name,
  filter: aFunction('a function of a message'),
  concurrency: { min: 1, whole: true, infinite: true },
  group: name,
  queue: anObject('{ max, whenFull }'),
  policy: {
    fits: (value) => typeof (value as { execute?: unknown } | null)?.execute === 'function',
    expected: 'a policy at work: orchestrator.policy(name, policy(…))',
  },
  owner: anObject('an object'),
  signal: { fits: (value) => value instanceof AbortSignal, expected: 'a signal: new AbortController().signal' },
}
const queueRules: Readonly<Record<string, OptionRule>> = {
  max: { min: 1, whole: true, infinite: true },
  whenFull: { oneOf: ['wait', 'drop-oldest', 'drop-newest', 'fail'] },
}

/** Throws unless a subscription can be made so. */
export function checkSubscription(handler: unknown, options: SubscribeOptions): void {
  const expected = 'a function of a message'
  const fault =
    optionFault({ handler }, { handler: aFunction(expected) }) ??
    (handler === undefined ? { option: 'handler', received: 'undefined', expected } : undefined) ??
    optionFault(options, rules) ??
    (options.queue === undefined ? undefined : groupFault('queue', options.queue, queueRules))
  if (fault !== undefined) throw busFailure('bus.invalid_option', { what: 'A subscription', ...fault })
}
