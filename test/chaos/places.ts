import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { withConnection } from '../services/postgres/connection.ts'
import { databaseOfFile } from '../services/postgres/database.ts'
import type { TestDatabase } from '../services/postgres/test-database.ts'
import type { Kind, Where } from './stores.ts'

type Row = Readonly<Record<string, unknown>>

/** A new database, and a folder for the ledger beside it. */
export interface Place extends AsyncDisposable {
  readonly where: Where
  readonly ledger: string
  /** What a query finds, asked of the database itself. */
  rows(sql: string): Promise<readonly Row[]>
  /** Changes what the product would not. */
  run(sql: string): Promise<void>
}

/** Makes the places of a file of tests, which share a database of PostgreSQL: call it at the top of the file. */
export function placesOfFile(): (kind: Kind) => Promise<Place> {
  const database = databaseOfFile()
  return async (kind) => newPlace(kind, await database)
}

let schemas = 0

/** A place where nothing has happened yet; hold it with `await using`. */
async function newPlace(kind: Kind, database: TestDatabase): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'))
  const ledger = join(folder, 'ledger.jsonl')
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  if (kind === 'sqlite') {
    const file = join(folder, 'runs.db')
    return {
      where: { kind, at: file },
      ledger,
      rows: async (sql) => within(file, (db) => db.prepare(sql).all() as Row[]),
      run: async (sql) => within(file, (db) => db.exec(sql)),
      [Symbol.asyncDispose]: async () => remove(),
    }
  }
  const schema = `place_${++schemas}`
  const asked = (sql: string) =>
    withConnection({ connectionString: database.url }, async (client) => {
      await client.query(`set search_path = ${schema}`)
      return client.query<Row>(sql)
    })
  await asked(`create schema ${schema}`)
  return {
    where: { kind, at: database.url, schema },
    ledger,
    rows: async (sql) => (await asked(sql)).rows,
    run: async (sql) => void (await asked(sql)),
    [Symbol.asyncDispose]: async () => remove(),
  }
}

function within<Value>(file: string, work: (db: DatabaseSync) => Value): Value {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}
