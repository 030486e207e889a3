import { Socket } from 'node:net'
import type { Clock, Logger } from '@baton/core/ports'
import { graceMs } from './connections.js'
import { postgresFailure } from './failures.js'
import type { PgClient, PgPool } from './pg.js'

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

export interface PoolDeps {
  readonly clock: Clock
  readonly logger: Logger
}

/** A pool, and how it is left. */
export interface OpenPool {
  readonly pool: PgPool
  readonly close: () => Promise<void>
}

/** How long an idle connection may be silent before the system asks whether the other side is there. */
const keepAliveMs = 10_000

/** How long connections may take to say goodbye. */
const partingMs = 1_000

/** Opens a pool of `pg`, which has to be installed. */
export async function openPool(settings: PoolSettings, { clock, logger }: PoolDeps): Promise<OpenPool> {
  const { url, maxConnections, connectTimeoutMs, statementTimeoutMs, applicationName, tls } = settings
  const { Pool } = await loadPg()
  const sockets = new Sockets()
  const pool = new Pool({
    ...(url !== undefined && { connectionString: url }),
    ...(tls !== undefined && { ssl: tls }),
    stream: sockets.open,
    max: maxConnections,
    // What waits for a connection gives up first: then what is being opened is closed.
    connectionTimeoutMillis: connectTimeoutMs + 100,
    // Not with the greeting, which poolers do not take.
    verify: (client: PgClient, done: (error?: unknown) => void) => void prepare(client, settings, done),
    query_timeout: statementTimeoutMs + 2 * graceMs,
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    // A pool that is idle keeps no process alive.
    allowExitOnIdle: true,
  })
  // To the end, and beyond: a last word of the server may still be on its way.
  hearLosses(pool, logger)
  return {
    pool,
    async close() {
      const ended = pool.end()
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = clock.schedule(partingMs, resolve, true)
      await Promise.race([sockets.allClosed(), late])
      timer.cancel()
      // Whoever does not answer even that, or is not connected yet, would keep the process waiting.
      sockets.destroy()
      await Promise.all([ended, sockets.allClosed()])
    },
  }
}

/** Has a new connection set up before it is given out. */
async function prepare(client: PgClient, settings: PoolSettings, done: (error?: unknown) => void): Promise<void> {
  const { statementTimeoutMs, lockTimeoutMs } = settings
  // The pool does not listen meanwhile: unheard, a loss would end the process. The statement fails with it.
  const lost = () => {}
  client.on('error', lost)
  let failure: unknown
  try {
    await client.query({ text: `set statement_timeout = ${statementTimeoutMs}; set lock_timeout = ${lockTimeoutMs}` })
  } catch (error) {
    failure = error
  }
  client.removeListener('error', lost)
  done(failure)
}

/**
 * Hears of connections that are lost, which is no fault: the pool opens others. Unheard it would end the process. Idle ones the
 * pool tells of; one may be lost with its very greeting, before whoever has asked for it can listen.
 */
export function hearLosses(pool: PgPool, logger: Logger): () => void {
  const heard = (error: Error) => logger.debug({ error }, 'A connection to the database was lost')
  const connected = (client: PgClient) => void client.on('error', unheard)
  pool.on?.('error', heard)
  pool.on?.('connect', connected)
  return () => {
    pool.removeListener?.('error', heard)
    pool.removeListener?.('connect', connected)
  }
}

/** Whoever uses the connection hears it for himself. */
const unheard = () => {}

/** The sockets of a pool. */
class Sockets {
  readonly #open = new Set<Socket>()
  #whenAllClosed: (() => void)[] = []

  readonly open = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (this.#open.size === 0) for (const resolve of this.#whenAllClosed.splice(0)) resolve()
    })
    return socket
  }

  allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenAllClosed.push(resolve)
    return promise
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }
}

interface Pg {
  readonly Pool: new (config: object) => PgPool
}

async function loadPg(): Promise<Pg> {
  try {
    const loaded = (await import('pg')) as unknown as Pg & { readonly default?: Pg }
    return loaded.default ?? loaded
  } catch (error) {
    throw postgresFailure('postgres.no_driver', {}, error)
  }
}
