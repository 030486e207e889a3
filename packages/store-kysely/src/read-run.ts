import {
  type Head,
  identifier,
  isFailure,
  journalFailure,
  type RecordPage,
  type RunRef,
  type StateStore,
} from '@baton/core/ports'
import { sql } from 'kysely'
import type { Database, ReadRow, StateEngine, Wanted, Words } from './engine.js'
import { failureOf } from './failure-of.js'
import { headColumns } from './head-columns.js'
import { type HeadRow, headOf, recordOf } from './rows.js'

/** How a cursor of records begins: what follows is the key of the last one. */
const cursorMark = '='

/** The heads of runs, in their order; nothing where there is none. */
export async function readHeads(
  { db, names }: Database,
  words: Words,
  runs: readonly RunRef[],
): Promise<readonly (Head | undefined)[]> {
  if (runs.length === 0) return []
  const named = sql.join(runs.map(({ tenant, id }) => sql`(${tenant}, ${id})`))
  const { rows } = await sql<HeadRow>`
    select ${sql.raw(headColumns(words))} from ${sql.table(names.states)} as s
    where (s.tenant, s.id) in (values ${named})`.execute(db)
  return runs.map(({ tenant, id }) => {
    const row = rows.find((one) => one.tenant === tenant && one.id === id)
    return row && headOf(row)
  })
}

interface Waiting {
  readonly wanted: Wanted
  readonly resolve: (rows: readonly ReadRow[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Reads runs, each at one moment: its head, and a page of its records. What is asked for together is read together, as far as
 * the database can: a process that takes a thousand runs over reads a thousand.
 */
export class RunReader {
  readonly #engine: StateEngine
  #waiting: Waiting[] = []

  constructor(engine: StateEngine) {
    this.#engine = engine
  }

  /** A run's head with one page of its records, in the order of their keys. */
  async read({ tenant, id }: RunRef, { after, limit, kind }: RecordPage): ReturnType<StateStore['read']> {
    const last = after === undefined ? '' : keyOf(after)
    const [first, ...rows] = await this.#rows({ tenant, id, after: last, kind: kind ?? null, most: limit + 1 })
    if (first === undefined) return undefined
    const records = rows.slice(0, limit).map(recordOf)
    const head = headOf(first)
    return rows.length > limit ? { head, records, next: `${cursorMark}${records.at(-1)?.key}` } : { head, records }
  }

  #rows(wanted: Wanted): Promise<readonly ReadRow[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly ReadRow[]>()
    this.#waiting.push({ wanted, resolve, reject })
    if (this.#waiting.length === 1) void Promise.resolve().then(() => this.#readAll())
    return promise
  }

  #readAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const { mostRead } = this.#engine
    for (let from = 0; from < waiting.length; from += mostRead)
      void this.#readSome(waiting.slice(from, from + mostRead))
  }

  async #readSome(some: readonly Waiting[]): Promise<void> {
    try {
      const all = await this.#engine.read(some.map(({ wanted }) => wanted))
      some.forEach(({ resolve }, index) => resolve(all[index] ?? []))
    } catch (error) {
      // What one of them cannot do is no matter of the others; what the database cannot do is.
      const isOfAll = some.length === 1 || isDown(error)
      for (const one of some) {
        if (isOfAll) one.reject(error)
        else void this.#readSome([one])
      }
    }
  }
}

function keyOf(after: string): string {
  if (!after.startsWith(cursorMark)) {
    const allowed = 'the `next` of the page before'
    throw journalFailure('journal.invalid_request', { what: 'cursor', received: after, allowed })
  }
  return identifier(after.slice(cursorMark.length), 'cursor')
}

function isDown(error: unknown): boolean {
  const failure = failureOf(error, 'read')
  return isFailure(failure) && failure.code === 'store.unavailable'
}
