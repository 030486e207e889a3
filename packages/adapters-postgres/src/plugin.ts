import { definePlugin, need } from '@baton/core'
import { clock, hasMethods, lockStore, logger, stateStore } from '@baton/core/ports'
import type { PGlite } from 'kysely'
import { z } from 'zod'
import { openPostgres } from './open-postgres.js'
import type { PgPool } from './pg.js'

const milliseconds = z.number().int().min(1).max(3_600_000)

const isPool = hasMethods('connect', 'query', 'end')
/** What a pool of `pg` has not, and one connection has. */
const isClient = hasMethods('escapeIdentifier')
const aPool = z.custom<PgPool>(
  (value) => isPool(value) && !isClient(value),
  'it must be a pool of pg: new pg.Pool({ … })',
)
const aUrl = z
  .string()
  .refine(
    (value) => /^(postgres(ql)?:\/\/|socket:|\/)/i.test(value),
    'it must begin with postgres://, as in postgres://user@host/name',
  )
const aTls = z.custom<boolean | object>(
  (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  'it must be true, false, or the options of a TLS connection',
)
const aPglite = z.custom<PGlite>(hasMethods('query', 'transaction', 'close'), 'it must be a PGlite: new PGlite()')

const PostgresOptions = z.object({
  url: aUrl.optional().meta({
    secret: true,
    description:
      'Where the database is; unless set, where the variables of PostgreSQL itself say (PGHOST, PGDATABASE and so on).',
  }),
  pool: aPool.optional().meta({ description: 'Your own pool of `pg`, in place of the URL.' }),
  pglite: aPglite.optional().meta({ description: 'Your own PGlite, in place of the URL.' }),
  replicaUrl: aUrl.optional().meta({
    secret: true,
    description: 'Where lists of runs are read; what is read there may be a little behind.',
  }),
  replicaPool: aPool.optional().meta({ description: 'Your own pool, in place of the URL of the replica.' }),
  maxConnections: z
    .number()
    .int()
    .min(3)
    .max(1_000)
    .default(10)
    .meta({ description: 'How many connections there are at most.' }),
  connectTimeoutMs: milliseconds.default(10_000).meta({ unit: 's', description: 'How long it may take to connect.' }),
  statementTimeoutMs: milliseconds.default(30_000).meta({ unit: 's', description: 'How long a statement may take.' }),
  lockTimeoutMs: milliseconds
    .default(10_000)
    .meta({ unit: 's', description: 'How long a statement may wait for a lock.' }),
  applicationName: z
    .string()
    .min(1)
    .max(63)
    .default('baton')
    .meta({ description: 'What the server calls our connections.' }),
  tls: aTls.optional().meta({
    description: 'Whether to encrypt, or how, as `pg` takes it in `ssl`; unless set, as the URL says.',
  }),
  schema: z.string().optional().meta({ description: 'The schema of the tables; unless set, that of the connection.' }),
  prefix: z.string().default('orchestrator_').meta({ description: 'What the names of the tables begin with.' }),
  migrate: z.boolean().default(true).meta({
    description: 'Whether tables are made and changed at the start; else they must be as this version needs them.',
  }),
  listen: z.boolean().default(true).meta({
    description: 'Whether to hear at once, by LISTEN and NOTIFY, of runs that are due; else they are found by looking.',
  }),
})

/** Keeps runs, and leases, in PostgreSQL. */
export const postgres = definePlugin('postgres', {
  options: PostgresOptions,
  needs: { clock: need(clock), logger: need(logger) },
  provides: [stateStore, lockStore],
  async start({ options, needs, provide }) {
    const { states, locks, close } = await openPostgres(options, needs)
    provide(stateStore, states)
    provide(lockStore, locks)
    return close
  },
})
