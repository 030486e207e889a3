import { afterAll } from 'vitest'
import { type OpenSqlite, openSqlite, type SqliteSettings } from '../../../packages/adapters-sqlite/src/index.ts'
import { SystemClock, SystemRandom } from '../../../packages/core/src/host/index.ts'
import type { Clock, NewRecord, RunRef, Write } from '../../../packages/core/src/ports/index.ts'

const opened: OpenSqlite[] = []

/** Opens the stores of a file; they are closed when the file of tests is done. */
export async function open(settings: Partial<SqliteSettings>, clock: Clock = new SystemClock()): Promise<OpenSqlite> {
  const all = { file: ':memory:', durability: 'normal', busyTimeoutMs: 5_000, migrate: true, ...settings } as const
  const one = await openSqlite(all, { clock, random: new SystemRandom() })
  if (opened.length === 0) afterAll(async () => void (await Promise.all(opened.map((each) => each.close()))))
  opened.push(one)
  return one
}

/** A run's name, of a tenant of these tests. */
export function named(id: string): RunRef {
  return { tenant: 'acme', id }
}

/** A write that creates a run. */
export function creation(id: string, more: Partial<Write & { kind: 'create' }> = {}): Write & { kind: 'create' } {
  const head = { workflow: 'flow', version: 1, shape: 7, status: 'running' } as const
  return { kind: 'create', run: named(id), runner: 'me', head, records: [], ...more }
}

/** A result of a step. */
export function result(key: string, body = '"done"'): NewRecord {
  return { key, kind: 'result', attempt: 1, body }
}
