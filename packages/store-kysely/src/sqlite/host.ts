/** A value as SQLite takes it. */
export type SqliteValue = string | number | null

/** A statement with its parameters. */
export interface SqliteStatement {
  readonly sql: string
  readonly values: readonly SqliteValue[]
}

/** A row by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>

/**
 * Statements that belong together, within a transaction. Where there is a guard, it decides: if it finds no row, nothing else
 * is done; if it does, the first column of the row is the first parameter of all the others.
 */
export interface SqliteUnit {
  readonly guard?: SqliteStatement
  readonly work: readonly SqliteStatement[]
}

/** What became of a unit: nothing where its guard found no row. */
export type SqliteResult =
  | {
      readonly guard: SqliteRow | undefined
      readonly work: readonly { readonly rows: readonly SqliteRow[]; readonly changes: number }[]
    }
  | undefined

/** A connection to SQLite that stalls nobody: whatever blocks, blocks elsewhere or not at all. */
export interface SqliteHost {
  /** Carries units out in one transaction that waits for no lock but by trying again; all of them or none. */
  transaction(units: readonly SqliteUnit[]): Promise<readonly SqliteResult[]>
  /** Reads, which waits for nobody. */
  query(statement: SqliteStatement): Promise<readonly SqliteRow[]>
}
