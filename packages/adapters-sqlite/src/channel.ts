import type { SqliteResult } from '@baton/store-kysely'
import type { Request, StatementResult } from './executor.js'

/** A way to a connection. Requests are carried out in the order in which they are sent. */
export interface Channel {
  send(request: Request): Promise<readonly SqliteResult[] | StatementResult>
  close(): Promise<void>
}
