import type { Channel } from './channel.js'
import type { SqliteDatabase } from './database.js'
import { executorOf } from './executor.js'

/** A connection in this thread: for what is in memory, and for one that the host has opened. */
export function directChannel(db: SqliteDatabase, closes: boolean): Channel {
  const execute = executorOf(db)
  return {
    send: async (request) => execute(request),
    close: async () => void (closes && db.close()),
  }
}
