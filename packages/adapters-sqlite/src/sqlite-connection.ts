import type { Clock, Random } from '@baton/core/ports'
import {
  isBusy,
  type SqliteHost,
  type SqliteResult,
  type SqliteRow,
  type SqliteStatement,
  type SqliteUnit,
  storeFailure,
} from '@baton/store-kysely'
import type { Channel } from './channel.js'
import type { Request, StatementResult } from './executor.js'

export interface ConnectionDeps {
  readonly channel: Channel
  readonly clock: Clock
  readonly random: Random
}

/** The connection, for as long as nobody else may have it. */
export interface Exclusive {
  readonly run: (statement: SqliteStatement) => Promise<StatementResult>
  readonly release: () => void
}

const firstPauseMs = 1
const longestPauseMs = 50
const lostLife = { doing: 'go on', because: 'its connection was lost' }

/** The one connection to a file, which its users share: each has it for a statement, a transaction, or as long as it says. */
export class SqliteConnection implements SqliteHost {
  readonly #deps: ConnectionDeps
  readonly #busyTimeoutMs: number
  #last: Promise<unknown> = Promise.resolve()

  /** How long it goes on trying where another process holds the lock. */
  constructor(deps: ConnectionDeps, busyTimeoutMs: number) {
    this.#deps = deps
    this.#busyTimeoutMs = busyTimeoutMs
  }

  async transaction(units: readonly SqliteUnit[]): Promise<readonly SqliteResult[]> {
    return (await this.#inTurn({ kind: 'transaction', units })) as readonly SqliteResult[]
  }

  async query(statement: SqliteStatement): Promise<readonly SqliteRow[]> {
    return ((await this.#inTurn({ kind: 'statement', ...statement })) as StatementResult).rows
  }

  /** The connection for one user alone, until it is released. */
  async exclusive(): Promise<Exclusive> {
    const release = await this.#turn()
    const { channel } = this.#deps
    let life: number | undefined
    const send = (statement: SqliteStatement) => {
      // The rest of a transaction is not to be done outside of any.
      if (life !== undefined && life !== channel.life) throw storeFailure('store.unavailable', lostLife)
      const sent = channel.send({ kind: 'statement', ...statement })
      life = channel.life
      return sent
    }
    const run = async (statement: SqliteStatement) =>
      (await this.#untilFree(async () => send(statement))) as StatementResult
    return { run, release }
  }

  close(): Promise<void> {
    return this.#deps.channel.close()
  }

  /**
   * Whoever finds it locked by another process lets others of this one read meanwhile. The turn ends when it is sent: what is
   * sent next is carried out next, and nobody waits for the answer before.
   */
  #inTurn(request: Request): Promise<readonly SqliteResult[] | StatementResult> {
    return this.#untilFree(async () => {
      const release = await this.#turn()
      const answer = this.#deps.channel.send(request)
      release()
      return answer
    })
  }

  /** SQLite itself would block the whole thread while it waits: so it is asked again. */
  async #untilFree<Value>(work: () => Promise<Value>): Promise<Value> {
    const { clock, random } = this.#deps
    const until = clock.monotonic() + this.#busyTimeoutMs
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await work()
      } catch (error) {
        if (!isBusy(error) || clock.monotonic() >= until) throw error
        const { promise, resolve } = Promise.withResolvers<void>()
        clock.schedule(pauseMs * (0.5 + random.next()), resolve, true)
        await promise
      }
    }
  }

  async #turn(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = this.#last
    this.#last = promise
    await before
    return resolve
  }
}
