import { declareFailures } from '../ports/index.js'

export const testingFailure = declareFailures({
  'testing.unexpected_call': {
    when: 'An operation was called more often than its stub has answers.',
    retryable: false,
    says: ({ operation, answers }: { readonly operation: string; readonly answers: number }) =>
      `${operation} was called, but its stub had only ${answers} answer${answers === 1 ? '' : 's'}.`,
    remedy: 'Give the stub one more answer, or a function, which answers all further calls.',
  },
  'testing.stubbed_twice': {
    when: 'A test gave two stubs of one operation.',
    retryable: false,
    says: ({ operation }: { readonly operation: string }) => `${operation} is stubbed twice.`,
    remedy: 'Give one stub all the answers, in order.',
  },
  'testing.no_clock': {
    when: 'Flaky was to delay calls, and had no clock to do so.',
    retryable: false,
    says: () => 'A plan with delayMs needs a clock.',
    remedy: 'Give the clock that the test moves: Flaky.wrap(port, { delayMs, clock }).',
  },
  'testing.not_stubbed': {
    when: 'In a test with stubs, an agent asked for an operation that has none.',
    retryable: false,
    says: ({ operation }: { readonly operation: string }) => `${operation} was asked for, but is not stubbed.`,
    remedy: 'Add stub(…) for it, or real(…) to have it do its work.',
  },
  'testing.not_provided': {
    when: 'In a test, an operation ran for real and needed something that the test did not provide.',
    retryable: false,
    says: ({ need }: { readonly need: string }) => `The test provides no ${need}.`,
    remedy: 'Stub the operation, or give it in provide.',
  },
  'testing.not_crash_safe': {
    when: 'A run whose process was cut off, and that another one went on with, came to something else.',
    retryable: false,
    says: ({ after, because }: { readonly after: string; readonly because: string }) =>
      `Cut off after ${after}, the run came to something else: ${because}.`,
    remedy:
      'See which function of the workflow depends on more than its arguments, or which effect is not repeatable: idempotencyKey, atMostOnce.',
  },
  'testing.unmet': {
    when: 'At the end of a test, stubs had answers left, or calls had been refused.',
    retryable: false,
    says: ({ unmet }: { readonly unmet: readonly string[] }) => unmet.join(' '),
    remedy: 'See what the test expected, and what happened: t.calls(operation).',
  },
  'testing.flaky': {
    when: 'A port wrapped by Flaky failed on purpose.',
    retryable: true,
    says: ({ method, how }: { readonly method: string; readonly how: string }) => `${method} failed on purpose ${how}.`,
    remedy: 'Nothing is wrong but what the plan of the test asks for.',
  },
})
