import type { SqliteResult, SqliteStatement, SqliteUnit } from '@baton/store-kysely'
import type { SqliteDatabase, SqlitePrepared } from './database.js'

/** What is asked of a connection. */
export type Request =
  | { readonly kind: 'transaction'; readonly units: readonly SqliteUnit[] }
  | ({ readonly kind: 'statement' } & SqliteStatement)

/** What a single statement has given. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
  readonly changes: number
  readonly lastId: number
}

/** Carries out requests on one connection, one after the other. It is part of the program of the thread, too. */
export function executorOf(db: SqliteDatabase): (request: Request) => readonly SqliteResult[] | StatementResult {
  type Value = string | number | null
  const mostPrepared = 200
  interface Prepared {
    readonly statement: SqlitePrepared
    readonly gives: boolean
    /** Which of the values each parameter takes, where they are numbered. */
    readonly places: readonly number[]
  }
  const prepared = new Map<string, Prepared>()

  function prepare(sql: string) {
    let known = prepared.get(sql)
    if (known === undefined) {
      const places: number[] = []
      // Some drivers take numbered parameters for names: each becomes one of its own.
      const plain = sql.replaceAll(/\?(\d+)/g, (_, place) => (places.push(Number(place) - 1), '?'))
      const statement = db.prepare(plain)
      const gives = statement.reader ?? (statement.columns?.() ?? []).length > 0
      if (prepared.size >= mostPrepared) prepared.clear()
      prepared.set(sql, (known = { statement, gives, places }))
    }
    return known
  }

  function run(sql: string, given: readonly Value[]): StatementResult {
    const { statement, gives, places } = prepare(sql)
    const values = places.length === 0 ? given : places.map((place) => given[place] ?? null)
    if (gives) {
      const rows = statement.all(...values) as StatementResult['rows']
      return { rows, changes: rows.length, lastId: 0 }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], changes: Number(changes), lastId: Number(lastInsertRowid) }
  }

  function unit({ guard, work }: SqliteUnit): SqliteResult {
    const found = guard === undefined ? undefined : run(guard.sql, guard.values).rows[0]
    if (guard !== undefined && found === undefined) return undefined
    const bound = found === undefined ? [] : [Object.values(found)[0] ?? null]
    return { guard: found, work: work.map(({ sql, values }) => run(sql, [...bound, ...values])) }
  }

  function transaction(units: readonly SqliteUnit[]): readonly SqliteResult[] {
    run('begin immediate', [])
    try {
      const results = units.map(unit)
      run('commit', [])
      return results
    } catch (error) {
      // Some errors have rolled it back already.
      try {
        run('rollback', [])
      } catch {}
      throw error
    }
  }

  return (request) => (request.kind === 'transaction' ? transaction(request.units) : run(request.sql, request.values))
}
