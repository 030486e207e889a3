import type { Clock, Logger, Scheduled } from '@baton/core/ports'
import type { Connection, Connections } from './connections.js'

export interface ListenerDeps {
  readonly connections: Connections
  readonly clock: Clock
  readonly logger: Logger
}

const firstPauseMs = 100
const longestPauseMs = 10_000

/** How long a close waits for what was to be told: it is a hint, and who was not told looks by himself. */
const lastWordMs = 1_000

/**
 * Tells and hears by LISTEN and NOTIFY that runs may be due or were signalled. It is a hint and no more: where none is heard,
 * as behind a pooler, the next look finds the same.
 */
export class Listener {
  readonly #deps: ListenerDeps
  readonly #channel: string
  readonly #told = new Set<() => void>()
  #connection: Connection | undefined
  #timer: Scheduled | undefined
  #pauseMs = firstPauseMs
  #isOpen = false
  #telling: Promise<void> | undefined
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
      if (this.#told.size === 0) this.#deafen()
    }
  }

  /** Tells all who listen, in all processes. Nobody waits for it, and what comes meanwhile is told together. */
  readonly tell = (): void => {
    if (this.#telling !== undefined) this.#tellsAgain = true
    else this.#telling = this.#tellAll().finally(() => (this.#telling = undefined))
  }

  /** Stops, after what there was to tell is told, if that is soon. */
  async close(): Promise<void> {
    this.#deafen()
    if (this.#telling === undefined) return
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = this.#deps.clock.schedule(lastWordMs, resolve, true)
    await Promise.race([this.#telling, late])
    timer.cancel()
  }

  async #tellAll(): Promise<void> {
    do {
      this.#tellsAgain = false
      try {
        const connection = await this.#deps.connections.take()
        try {
          await connection.query({ text: 'select pg_notify($1, $2)', values: [this.#channel, ''] })
        } finally {
          connection.release()
        }
      } catch (error) {
        this.#deps.logger.debug({ error }, 'It cannot be told that runs are due; they are found by looking')
      }
    } while (this.#tellsAgain)
  }

  #deafen(): void {
    this.#isOpen = false
    this.#timer?.cancel()
    this.#connection?.drop()
    this.#connection = undefined
  }

  async #connect(): Promise<void> {
    let connection: Connection | undefined
    try {
      connection = await this.#deps.connections.take()
      connection.onNotification(() => this.#heard())
      await connection.query({ text: `listen "${this.#channel}"` })
      if (!this.#isOpen) return connection.drop()
      this.#connection = connection
      connection.onceOver(() => this.#lost(connection as Connection))
      this.#pauseMs = firstPauseMs
      // What was told while nobody listened is lost.
      this.#heard()
    } catch (error) {
      connection?.drop()
      this.#deps.logger.debug({ error }, 'It cannot be heard that runs are due; they are found by looking')
      this.#again()
    }
  }

  #heard(): void {
    for (const told of this.#told) told()
  }

  #lost(connection: Connection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#again()
  }

  #again(): void {
    if (!this.#isOpen) return
    this.#timer = this.#deps.clock.schedule(this.#pauseMs, () => void this.#connect())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}
