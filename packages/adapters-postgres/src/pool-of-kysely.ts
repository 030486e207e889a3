import type { Connections } from './connections.js'
import type { PgResult } from './pg.js'

interface PoolOfKysely {
  connect(): Promise<{
    query(text: string, values: readonly unknown[]): Promise<PgResult>
    release(isUseless?: boolean): void
  }>
  end(): Promise<void>
}

/** The connections as the pool that Kysely's dialect takes; to end it is left to who has them. */
export function poolOfKysely(connections: Connections): PoolOfKysely {
  return {
    async connect() {
      const connection = await connections.take()
      return {
        query: (text, values) => connection.query({ text, values: [...values] }),
        release: (isUseless = false) => (isUseless ? connection.drop() : connection.release()),
      }
    },
    end: async () => {},
  }
}
