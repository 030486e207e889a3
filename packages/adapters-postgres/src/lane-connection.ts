import type { Clock } from '@baton/core/ports'
import type { NamedStatement, PostgresLane } from '@baton/store-kysely'
import { postgresFailure } from './failures.js'
import type { PgClient, PgPool } from './pg.js'

export interface LaneDeps {
  readonly pool: PgPool
  readonly clock: Clock
}

export interface LaneOptions {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

/** How much longer than the server the client waits for what the server should have given up. */
const graceMs = 5_000

/**
 * One connection of a pool, kept: statements that are sent by name are planned once for each connection. One that is lost is
 * opened again by the next statement.
 */
export class LaneConnection implements PostgresLane {
  readonly #deps: LaneDeps
  readonly #options: LaneOptions
  #line: Promise<Line> | undefined

  constructor(deps: LaneDeps, options: LaneOptions) {
    this.#deps = deps
    this.#options = options
  }

  async query<Row>({ name, text }: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    const line = await (this.#line ??= this.#open())
    const { promise: silence, reject } = Promise.withResolvers<never>()
    const afterMs = this.#options.statementTimeoutMs + graceMs
    const giveUp = () => {
      reject(postgresFailure('postgres.silent', { afterMs }))
      line.drop()
    }
    const timer = this.#deps.clock.schedule(afterMs, giveUp, true)
    try {
      const answer = line.client.query({ name, text, values: [...values] })
      return (await Promise.race([answer, silence])).rows as Row[]
    } finally {
      timer.cancel()
    }
  }

  /** Closes the connection: as it was set up here nobody else would want it. */
  async close(): Promise<void> {
    const line = await this.#line?.catch(() => undefined)
    line?.drop()
  }

  #open(): Promise<Line> {
    const opening = this.#connect(() => {
      if (this.#line === opening) this.#line = undefined
    })
    return opening
  }

  async #connect(dropped: () => void): Promise<Line> {
    let line: Line | undefined
    try {
      line = new Line(await this.#deps.pool.connect(), dropped)
      const { statementTimeoutMs, lockTimeoutMs } = this.#options
      // A plan that was made for tables still empty would read the whole of them for ever after.
      const text = `set enable_seqscan = off; set statement_timeout = ${statementTimeoutMs}; set lock_timeout = ${lockTimeoutMs}`
      await line.client.query({ text })
      return line
    } catch (error) {
      line?.drop()
      dropped()
      throw error
    }
  }
}

/** A connection that was taken from its pool, until it is lost or given up. */
class Line {
  readonly client: PgClient
  readonly #dropped: () => void
  #isDropped = false

  constructor(client: PgClient, dropped: () => void) {
    this.client = client
    this.#dropped = dropped
    const lost = () => this.drop()
    client.on('error', lost)
    client.on('end', lost)
  }

  drop(): void {
    if (this.#isDropped) return
    this.#isDropped = true
    this.#dropped()
    this.client.release(true)
  }
}
