import type { Clock } from '@baton/core/ports'
import { storeFailure } from '@baton/store-kysely'
import { postgresFailure } from './failures.js'
import type { PgClient, PgPool, PgResult } from './pg.js'

export interface ConnectionsDeps {
  readonly pool: PgPool
  readonly clock: Clock
}

export interface ConnectionsOptions {
  readonly connectTimeoutMs: number
  readonly statementTimeoutMs: number
}

/** How much longer than the server the client waits for what the server should have given up. */
export const graceMs = 5_000

/**
 * The connections that are taken from a pool: none is lost unheard, none is waited for without end, and none outlives the
 * store.
 */
export class Connections {
  readonly #deps: ConnectionsDeps
  readonly #options: ConnectionsOptions
  readonly #taken = new Set<Connection>()
  readonly #giveUps = new Set<(because: unknown) => void>()
  #isClosed = false

  constructor(deps: ConnectionsDeps, options: ConnectionsOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Takes a connection out of the pool, which opens one if need be. */
  async take(): Promise<Connection> {
    if (this.#isClosed) throw closed()
    const { pool, clock } = this.#deps
    const { connectTimeoutMs: afterMs, statementTimeoutMs } = this.#options
    const { promise: late, reject: giveUp } = Promise.withResolvers<never>()
    let isLate = false
    late.catch(() => (isLate = true))
    const connecting = pool.connect().then((client) => {
      // Nobody waits for it any more.
      if (isLate) client.release()
      return client
    })
    const timer = clock.schedule(afterMs, () => giveUp(postgresFailure('postgres.no_connection', { afterMs })), true)
    this.#giveUps.add(giveUp)
    try {
      const client = await Promise.race([connecting, late])
      const over = () => this.#taken.delete(connection)
      const connection = new Connection(client, clock, statementTimeoutMs + graceMs, over)
      this.#taken.add(connection)
      return connection
    } finally {
      this.#giveUps.delete(giveUp)
      timer.cancel()
    }
  }

  /** Closes what is out, whatever it is at; what is still coming goes back when it comes. */
  close(): void {
    this.#isClosed = true
    for (const giveUp of this.#giveUps) giveUp(closed())
    for (const connection of this.#taken) connection.drop()
  }
}

/** A connection that was taken from its pool, until it is given back, lost or given up. */
export class Connection {
  readonly #client: PgClient
  readonly #clock: Clock
  readonly #silenceMs: number
  readonly #whenOver: (() => void)[]
  #isOver = false

  constructor(client: PgClient, clock: Clock, silenceMs: number, over: () => void) {
    this.#client = client
    this.#clock = clock
    this.#silenceMs = silenceMs
    this.#whenOver = [over]
    client.on('error', this.drop)
    client.on('end', this.drop)
  }

  /** Is told once, when it is given back, lost or given up. */
  onceOver(tell: () => void): void {
    this.#whenOver.push(tell)
  }

  onNotification(tell: () => void): void {
    this.#client.on('notification', tell)
  }

  async query(query: { name?: string; text: string; values?: unknown[] }): Promise<PgResult> {
    const { promise: silence, reject } = Promise.withResolvers<never>()
    const afterMs = this.#silenceMs
    const giveUp = () => {
      reject(postgresFailure('postgres.silent', { afterMs }))
      this.drop()
    }
    const timer = this.#clock.schedule(afterMs, giveUp, true)
    try {
      return await Promise.race([this.#client.query(query), silence])
    } catch (error) {
      if (isUseless(error)) this.drop()
      throw error
    } finally {
      timer.cancel()
    }
  }

  /** Gives it back, for others to use as it is. */
  release(): void {
    this.#over(false)
  }

  /** Closes it; the pool opens another one. */
  readonly drop = (): void => this.#over(true)

  #over(isClosed: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#client.removeListener('error', this.drop)
    this.#client.removeListener('end', this.drop)
    this.#client.release(isClosed)
    for (const tell of this.#whenOver) tell()
  }
}

/**
 * What tells that a connection is of no more use: what it is connected to does not write, because it was a primary server, or
 * is one elsewhere by now; or it is not what it was, because a pooler has given it to others meanwhile.
 */
const uselessCodes: readonly unknown[] = ['25006', '26000', '42P05', '25P02', '0A000']

function isUseless(error: unknown): boolean {
  return uselessCodes.includes((error as { code?: unknown } | undefined)?.code)
}

function closed(): Error {
  return storeFailure('store.closed', { doing: 'answer', because: 'its connections were closed with the orchestrator' })
}
