import { declareFailures, type OptionFault } from '../../ports/index.js'

export const budgetFailure = declareFailures({
  'budget.exceeded': {
    when: 'A call would have gone beyond what its request may spend: calls, tokens, cost, depth or fan-out. It was not begun.',
    retryable: false,
    says: ({ agent, operation, limit, allowed, used, wanted }: Exceeded) =>
      `${agent}.${operation} was not called: the request may use ${allowed} ${words[limit]}, has used ${used}, and this takes ${wanted}.`,
    remedy: ({ limit }) =>
      `See what it spends them on, or allow more: ask(operation, input, { budget: { ${limit} } }).`,
  },
  'budget.invalid': {
    when: 'A budget, an estimate or a usage was given that is no such thing.',
    retryable: false,
    says: ({ what, option, received }: OptionFault & { readonly what: string }) =>
      `${what} cannot have ${received} as its ${option}.`,
    remedy: ({ expected }) => `Give ${expected}.`,
  },
})

export type Limit = 'calls' | 'tokens' | 'costUsd' | 'depth' | 'fanOut'

interface Exceeded {
  readonly agent: string
  readonly operation: string
  readonly limit: Limit
  readonly allowed: number
  readonly used: number
  readonly wanted: number
}

const words: Readonly<Record<Limit, string>> = {
  calls: 'calls',
  tokens: 'tokens',
  costUsd: 'US dollars',
  depth: 'levels of calls within calls',
  fanOut: 'calls by one call',
}
