import type { Clock, Logger, Scheduled } from '@baton/core/ports'
import type { PgClient, PgPool } from './pg.js'

export interface ListenerDeps {
  readonly pool: PgPool
  readonly clock: Clock
  readonly logger: Logger
}

const firstPauseMs = 100
const longestPauseMs = 10_000

/**
 * Tells and hears by LISTEN and NOTIFY that runs may be due or were signalled. It is a hint and no more: where none is heard,
 * as behind a pooler, the next look finds the same.
 */
export class Listener {
  readonly #deps: ListenerDeps
  readonly #channel: string
  readonly #told = new Set<() => void>()
  #client: PgClient | undefined
  #timer: Scheduled | undefined
  #pauseMs = firstPauseMs
  #isOpen = false
  #isTelling = false
  #tellsAgain = false

  constructor(deps: ListenerDeps, channel: string) {
    this.#deps = deps
    this.#channel = channel
  }

  /** Tells whenever something was heard, until it is stopped. */
  readonly listen = (told: () => void): (() => void) => {
    this.#told.add(told)
    if (!this.#isOpen) {
      this.#isOpen = true
      void this.#connect()
    }
    return () => {
      this.#told.delete(told)
      if (this.#told.size === 0) this.close()
    }
  }

  /** Tells all who listen, in all processes. Nobody waits for it, and what comes meanwhile is told together. */
  readonly tell = (): void => {
    if (this.#isTelling) {
      this.#tellsAgain = true
      return
    }
    this.#isTelling = true
    this.#deps.pool
      .query('select pg_notify($1, $2)', [this.#channel, ''])
      .catch(() => undefined)
      .finally(() => {
        this.#isTelling = false
        if (this.#tellsAgain) {
          this.#tellsAgain = false
          this.tell()
        }
      })
  }

  close(): void {
    this.#isOpen = false
    this.#timer?.cancel()
    this.#client?.release(true)
    this.#client = undefined
  }

  async #connect(): Promise<void> {
    try {
      const client = await this.#deps.pool.connect()
      const lost = () => this.#lost(client)
      client.on('error', lost)
      client.on('end', lost)
      client.on('notification', () => this.#heard())
      await client.query({ text: `listen ${this.#channel}` })
      if (!this.#isOpen) return client.release(true)
      this.#client = client
      this.#pauseMs = firstPauseMs
      // What was told while nobody listened is lost.
      this.#heard()
    } catch (error) {
      this.#deps.logger.debug({ error }, 'It cannot be heard that runs are due; they are found by looking')
      this.#again()
    }
  }

  #heard(): void {
    for (const told of this.#told) told()
  }

  #lost(client: PgClient): void {
    if (this.#client !== client) return
    this.#client = undefined
    client.release(true)
    this.#again()
  }

  #again(): void {
    if (!this.#isOpen) return
    this.#timer = this.#deps.clock.schedule(this.#pauseMs, () => void this.#connect())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}
