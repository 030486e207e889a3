import type { StopMode } from './guardian-messages.ts'
import type { Origin } from './place.ts'
import type { TestDatabase } from './test-database.ts'

/** A PostgreSQL server for tests; disposing it ends it, if it is our own. */
export interface PostgresServer extends AsyncDisposable {
  /** Of its maintenance database, as a superuser; of a given server, as it was given. */
  readonly url: string
  readonly port: number
  /** Of the process that all its others belong to; 0 of a given server, which is not ours to signal. */
  readonly pid: number
  readonly version: string
  /** Empty of a given server, which may be on another machine. */
  readonly dataFolder: string
  /** What the server has said; empty of a given server. */
  readonly logFile: string
  readonly origin: Origin
  /** The places that came first and have failed, one line each. */
  readonly passedOver: readonly string[]
  /** Creates a new database of a random name. */
  database(): Promise<TestDatabase>
  /**
   * Ends the server and resolves when it has gone. `immediate` is a crash: nothing is written down, and the next start
   * recovers. One that does not end within seconds is ended more firmly. A given server refuses.
   */
  stop(mode: StopMode): Promise<void>
  /** Starts a stopped or killed server again, on the same port and the same data. */
  start(): Promise<void>
}
