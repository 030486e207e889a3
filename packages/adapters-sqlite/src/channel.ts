import type { SqliteResult } from '@baton/store-kysely'
import type { Request, StatementResult } from './executor.js'

/** A way to a connection. Requests are carried out in the order in which they are sent. */
export interface Channel {
  /** How many connections were lost: what was begun on one, a transaction above all, is gone with it. */
  readonly life: number
  send(request: Request): Promise<readonly SqliteResult[] | StatementResult>
  /** Ends the connection when all that was sent is done; nothing can be sent any more. */
  close(): Promise<void>
}
