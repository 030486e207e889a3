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
      `Give it at least ${fewest}: each orchestrator keeps one to write on and one to listen on, and the rest reads.`,
  },
  'postgres.no_connection': {
    when: 'The pool has given no connection in time.',
    retryable: true,
    says: ({ afterMs }: { readonly afterMs: number }) =>
      `There was no connection to the database within ${afterMs} ms.`,
    remedy: 'See whether the server can be reached, and whether others use up the connections of the pool.',
  },
  'postgres.silent': {
    when: 'The server has not answered a statement in time, and the connection was given up.',
    retryable: true,
    says: ({ afterMs }: { readonly afterMs: number }) => `The server has not answered for ${afterMs} ms.`,
    remedy: 'It is tried again on a new connection; if it lasts, look at the network and at the load of the server.',
  },
})
