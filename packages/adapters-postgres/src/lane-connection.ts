import type { NamedStatement, PostgresLane } from '@baton/store-kysely'
import type { Connection, Connections } from './connections.js'

export interface LaneOptions {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

/**
 * After so many statements they are planned anew, then after so many times as many: a plan that was made for few runs may be a
 * bad one for many.
 */
const firstPlans = 64
const growth = 4
const mostByOnePlan = 65_536

interface Kept {
  readonly connection: Connection
  sent: number
  plansUntil: number
}

/** How long a statement may wait for a lock where all others wait behind it; it is tried again, and others before. */
const longestLockMs = 100

/**
 * One connection of a pool, kept: statements that are sent by name are planned once for each connection. One that is lost is
 * opened again by the next statement.
 */
export class LaneConnection implements PostgresLane {
  readonly #connections: Connections
  readonly #options: LaneOptions
  #kept: Promise<Kept> | undefined
  /** The statement before, whatever comes of it: a connection is at one at a time. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(connections: Connections, options: LaneOptions) {
    this.#connections = connections
    this.#options = options
  }

  query<Row>(statement: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    const answer = this.#before.then(() => this.#query<Row>(statement, values))
    this.#before = answer.catch(() => undefined)
    return answer
  }

  async #query<Row>({ name, text }: NamedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    const kept = await (this.#kept ??= this.#open())
    if (++kept.sent === kept.plansUntil) {
      kept.plansUntil = Math.min(kept.sent * growth, kept.sent + mostByOnePlan)
      await kept.connection.query({ text: 'discard plans' })
    }
    return (await kept.connection.query({ name, text, values: [...values] })).rows as Row[]
  }

  #open(): Promise<Kept> {
    const opening: Promise<Kept> = this.#connect(() => {
      if (this.#kept === opening) this.#kept = undefined
    })
    return opening
  }

  async #connect(over: () => void): Promise<Kept> {
    let connection: Connection | undefined
    try {
      connection = await this.#connections.take()
      connection.onceOver(over)
      const { statementTimeoutMs, lockTimeoutMs } = this.#options
      // One plan for all calls, or each is planned anew for the arrays that it brings; and a plan that was made for tables still
      // empty would read the whole of them for ever after.
      const text = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set statement_timeout = ${statementTimeoutMs}; set lock_timeout = ${Math.min(lockTimeoutMs, longestLockMs)}`
      await connection.query({ text })
      return { connection, sent: 0, plansUntil: firstPlans }
    } catch (error) {
      connection?.drop()
      over()
      throw error
    }
  }
}
