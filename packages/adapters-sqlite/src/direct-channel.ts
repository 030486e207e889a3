import type { Channel } from './channel.js'
import type { SqliteDatabase } from './database.js'
import { executorOf } from './executor.js'

/** A connection in this thread: for what is in memory, and for one that the host has opened. */
export function directChannel(db: SqliteDatabase, opening: readonly string[], closes: boolean): Channel {
  const execute = executorOf(db)
  let isOpened = false
  return {
    life: 0,
    send: async (request) => {
      if (!isOpened) for (const sql of opening) db.exec(sql)
      isOpened = true
      return execute(request)
    },
    close: async () => void (closes && db.close()),
  }
}
