import { declareFailures, type OptionFault } from '../../ports/index.js'

interface Placed {
  /** The topic, agent or group. */
  readonly place: string
}

export const busFailure = declareFailures({
  'bus.invalid_option': {
    when: 'A topic, a subscription or a request was described with an option that cannot be.',
    retryable: false,
    says: ({ what, option, received }: OptionFault & { readonly what: string }) =>
      `${what} cannot have ${received} as its ${option}.`,
    remedy: ({ expected }) => `Give ${expected}.`,
  },
  'bus.invalid_payload': {
    when: 'What was published, asked for or answered does not fit the schema of its topic. Nobody was told.',
    retryable: false,
    says: ({ topic, which, issues }: { topic: string; which: string; issues: readonly Issue[] }) =>
      `The ${which} of ${topic} does not fit its schema: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`,
    remedy: 'Give one of the schema’s input type.',
  },
  'bus.closed': {
    when: 'Something was published, asked for or subscribed to after the bus had begun to close.',
    retryable: false,
    says: ({ place }: Placed) => `Nothing more goes to ${place}: the bus is closed.`,
    remedy: 'Begin no work after close().',
  },
  'bus.full': {
    when: 'A subscription has as many messages waiting as it takes, or as many publishers.',
    retryable: true,
    says: ({ subscription, max }: { readonly subscription: string; readonly max: number }) =>
      `The subscription ${subscription} is full: ${max} wait for it.`,
    remedy:
      'Wait for publish(…) before the next one, let more be handled at once, or allow a longer queue: { queue: { max } }.',
  },
  'bus.no_responder': {
    when: 'A request was made where nobody responds.',
    retryable: false,
    says: ({ place }: Placed) => `Nobody responds to ${place}.`,
    remedy: 'See that the responder is there before the request: bus.respond(topic, handler).',
  },
  'bus.timed_out': {
    when: 'A request over the bus was not answered in time.',
    retryable: true,
    says: ({ place, timeoutMs }: Placed & { readonly timeoutMs: number }) =>
      `The request to ${place} was not answered within ${timeoutMs} ms.`,
    remedy: 'See what the responder waits for, or allow more: { timeoutMs }.',
  },
  'bus.cancelled': {
    when: 'Whoever waited for the answer to a request over the bus stopped waiting.',
    retryable: false,
    says: ({ place, because }: Placed & { readonly because: string }) =>
      `The request to ${place} was cancelled: ${because}.`,
    remedy: 'Nothing is wrong; the reason of the signal is the cause.',
  },
  'bus.expired': {
    when: 'A message was not worth delivering any more when its turn came.',
    retryable: false,
    says: ({ place, lateMs }: Placed & { readonly lateMs: number }) =>
      `The message to ${place} expired ${lateMs} ms before its turn came.`,
    remedy: 'Let more be handled at once, or give it more time: { expiresInMs }.',
  },
  'bus.no_quorum': {
    when: 'So many of those who were asked failed that the quorum cannot be reached any more.',
    retryable: true,
    says: ({ place, wanted, answered, failed }: Placed & { wanted: number; answered: number; failed: number }) =>
      `Of ${wanted} answers wanted of ${place} there are ${answered}, and ${failed} failed.`,
    remedy: 'See the cause, which is the last failure; ask for fewer, or have more respond.',
  },
})

interface Issue {
  readonly path: string
  readonly message: string
}
