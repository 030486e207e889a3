/** The members of a connection to SQLite that are used; those of `node:sqlite` and of better-sqlite3 have them. */
export interface SqliteDatabase {
  prepare(sql: string): SqlitePrepared
  exec(sql: string): unknown
  close(): unknown
}

/** The members of a prepared statement that are used. */
export interface SqlitePrepared {
  all(...values: (string | number | null)[]): unknown[]
  run(...values: (string | number | null)[]): {
    readonly changes: number | bigint
    readonly lastInsertRowid: number | bigint
  }
  /** What it selects, as `node:sqlite` tells it. */
  columns?(): readonly unknown[]
  /** Whether it gives rows, as better-sqlite3 tells it. */
  readonly reader?: boolean
}
