import { postgresFailure } from './failures.js'
import type { PgPool } from './pg.js'

/** How many connections of a pool are kept by those who use it: one is not seen in the pool itself before it is needed. */
const kept = new WeakMap<PgPool, number>()

/** Sets connections of a pool apart, to be kept; throws where none would be left to read. Returns how to give them back. */
export function keepConnections(pool: PgPool, count: number): () => void {
  const max = pool.options?.max
  const all = (kept.get(pool) ?? 0) + count
  if (max !== undefined && max < all + 1) throw postgresFailure('postgres.pool_too_small', { max, fewest: all + 1 })
  kept.set(pool, all)
  return () => void kept.set(pool, (kept.get(pool) ?? count) - count)
}
