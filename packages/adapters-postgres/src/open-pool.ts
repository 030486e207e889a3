import type { Logger } from '@baton/core/ports'
import { postgresFailure } from './failures.js'
import type { PgPool } from './pg.js'

export interface PoolSettings {
  readonly url?: string | undefined
  readonly maxConnections: number
  readonly connectTimeoutMs: number
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
  readonly applicationName: string
  /** As `pg` takes it: true, false, or the options of a TLS connection. */
  readonly tls?: boolean | object | undefined
}

/** How much longer than the server the client waits for what the server should have given up. */
const graceMs = 5_000

/** Opens a pool of `pg`, which has to be installed. */
export async function openPool(settings: PoolSettings, logger: Logger): Promise<PgPool> {
  const { url, maxConnections, connectTimeoutMs, statementTimeoutMs, lockTimeoutMs, applicationName, tls } = settings
  const { Pool } = await loadPg()
  const pool = new Pool({
    ...(url !== undefined && { connectionString: url }),
    ...(tls !== undefined && { ssl: tls }),
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    query_timeout: statementTimeoutMs + graceMs,
    application_name: applicationName,
    keepAlive: true,
    // A pool that is idle keeps no process alive.
    allowExitOnIdle: true,
  })
  // An idle connection that is lost is no fault: the pool opens another one.
  pool.on('error', (error: unknown) => logger.debug({ error }, 'A connection to the database was lost'))
  return pool
}

interface Pg {
  readonly Pool: new (config: object) => PgPool & { on(event: 'error', listener: (error: unknown) => void): unknown }
}

async function loadPg(): Promise<Pg> {
  try {
    const loaded = (await import('pg')) as unknown as Pg & { readonly default?: Pg }
    return loaded.default ?? loaded
  } catch (error) {
    throw postgresFailure('postgres.no_driver', {}, error)
  }
}
