import { declareFailures } from '@baton/core/ports'

export const postgresFailure = declareFailures({
  'postgres.no_driver': {
    when: 'A URL was given and `pg`, which connects to it, is not installed.',
    retryable: false,
    says: () => 'The package `pg` is not installed.',
    remedy: 'Run `npm install pg`, or give a `pool` of your own.',
  },
  'postgres.pool_too_small': {
    when: 'A pool was given that has too few connections.',
    retryable: false,
    says: ({ max }: { readonly max: number; readonly fewest: number }) => `The pool has at most ${max} connections.`,
    remedy: ({ fewest }: { readonly fewest: number }) =>
      `Give it at least ${fewest}: one is kept to write on, one to listen on, and the rest reads.`,
  },
  'postgres.silent': {
    when: 'The server has not answered a statement in time, and the connection was given up.',
    retryable: true,
    says: ({ afterMs }: { readonly afterMs: number }) => `The server has not answered for ${afterMs} ms.`,
    remedy: 'It is tried again on a new connection; if it lasts, look at the network and at the load of the server.',
  },
})
