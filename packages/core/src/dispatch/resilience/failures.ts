import { declareFailures, type OptionFault } from '../../ports/index.js'

export const policyFailure = declareFailures({
  'policy.invalid_option': {
    when: 'A policy, or a layer of one, was described with an option that cannot be.',
    retryable: false,
    says: ({ layer, option, received }: OptionFault & { readonly layer: string }) =>
      `${layer} cannot have ${received} as its ${option}.`,
    remedy: ({ expected }) => `Give ${expected}.`,
  },
  'policy.wrong_order': {
    when: 'The layers of a policy were given in an order that does not work, or one of them twice.',
    retryable: false,
    says: ({ given }: { readonly given: readonly string[]; readonly order: readonly string[] }) =>
      `A policy cannot be ${given.join(' around ')}.`,
    remedy: ({ order }) => `Give each layer once, the outermost first: ${order.join(', ')}.`,
  },
  'policy.conflicting_share': {
    when: 'Two policies share something by name, and describe it differently.',
    retryable: false,
    says: ({ layer, name }: { readonly layer: string; readonly name: string }) =>
      `Two policies share the ${layer} ${name}, and give it different options.`,
    remedy: 'Make it once and use it in both, or give one of them another name.',
  },
  'policy.name_taken': {
    when: 'A policy was to be put to work under a name that an agent or an operation of the orchestrator has.',
    retryable: false,
    says: ({ name }: { readonly name: string }) => `There is a policy around ${name} already.`,
    remedy: 'Choose another name: orchestrator.policy(name, plan).',
  },
  'policy.closed': {
    when: 'Work was to be done, or tried again, under a policy of an orchestrator that is closed.',
    retryable: false,
    says: ({ policy }: { readonly policy: string }) => `${policy} does nothing more: its orchestrator is closed.`,
    remedy: 'Begin no work after close().',
  },
  'policy.cancelled': {
    when: 'Whoever waited for work under a policy stopped waiting. The reason of the signal is the cause.',
    retryable: false,
    says: ({ policy, because }: { readonly policy: string; readonly because: string }) =>
      `The work of ${policy} was cancelled: ${because}.`,
    remedy: 'Nothing is wrong; the reason of the signal is the cause.',
  },
  'policy.try_timed_out': {
    when: 'One try took longer than the timeout of its policy. It was told to stop.',
    retryable: true,
    says: ({ policy, timeoutMs }: { readonly policy: string; readonly timeoutMs: number }) =>
      `A try of ${policy} did not end within ${timeoutMs} ms.`,
    remedy: 'See what it waits for, or allow more: timeout({ ms }).',
  },
  'policy.deadline_exceeded': {
    when: 'All tries together took longer than the deadline of their policy. The last failure, if there was one, is the cause.',
    retryable: true,
    says: ({ policy, deadlineMs, attempts }: { policy: string; deadlineMs: number; attempts: number }) =>
      `${policy} was not done within ${deadlineMs} ms, in ${attempts} tries.`,
    remedy: 'See the cause, or allow more: deadline({ ms }).',
  },
  'policy.overtaken': {
    when: 'A try was stopped because another one beside it answered first. It is the reason of its signal.',
    retryable: false,
    says: ({ policy }: { readonly policy: string }) => `Another try of ${policy} answered first`,
    remedy: '',
  },
  'circuit.open': {
    when: 'A circuit breaker refuses calls for a while: too many failed, or were slow. Nothing was called.',
    retryable: true,
    says: ({ circuit, because }: { circuit: string; because: string; until: number }) =>
      `The circuit of ${circuit} is open: ${because}.`,
    remedy: ({ until }) => `Nothing was called. It lets calls try again from ${new Date(until).toISOString()} on.`,
  },
  'circuit.isolated': {
    when: 'A circuit breaker was opened by hand, and stays so until it is reset. Nothing was called.',
    retryable: true,
    says: ({ circuit }: { readonly circuit: string }) => `The circuit of ${circuit} was opened by hand.`,
    remedy: 'Nothing was called. Whoever opened it closes it again: breaker.reset().',
  },
  'bulkhead.full': {
    when: 'As many calls as may be are under way, and as many as may wait. Nothing was called.',
    retryable: true,
    says: ({ bulkhead, limit, queue }: { bulkhead: string; limit: number; queue: number }) =>
      `${bulkhead} has ${limit} calls under way and ${queue} waiting, which is all it takes.`,
    remedy: 'Nothing was called. Send less at once, or allow more: bulkhead({ limit, queue }).',
  },
  'rate.limited': {
    when: 'A rate limit leaves no room, and waiting for it would take too long. Nothing was called.',
    // What needs more than there ever is will not go through later either.
    retryable: ({ waitMs }) => waitMs !== Number.POSITIVE_INFINITY,
    says: ({ limiter, waitMs }: { readonly limiter: string; readonly waitMs: number }) =>
      waitMs === Number.POSITIVE_INFINITY
        ? `The rate limit ${limiter} never leaves room for so much at once.`
        : `The rate limit ${limiter} leaves room only in ${waitMs} ms.`,
    remedy: ({ waitMs }) =>
      waitMs === Number.POSITIVE_INFINITY
        ? 'Nothing was called. Ask for less, or allow more at once: rateLimit({ units: { burst } }).'
        : 'Nothing was called. Ask less often, or wait longer: rateLimit({ maxWaitMs }).',
  },
})
