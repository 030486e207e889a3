import { DatabaseSync } from 'node:sqlite'

type Row = Readonly<Record<string, unknown>>

/** Opens a file beside whoever has it open, as an operator would; `await using` or `using` closes it. */
export function byHand(path: string) {
  const db = new DatabaseSync(path, { timeout: 10_000 })
  return {
    db,
    all: (sql: string, ...values: (string | number)[]) => db.prepare(sql).all(...values) as Row[],
    one: (sql: string, ...values: (string | number)[]) => db.prepare(sql).get(...values) as Row,
    exec: (sql: string) => db.exec(sql),
    [Symbol.dispose]: () => db.close(),
  }
}

/** What SQLite finds when it looks at the whole of a file: `ok`. */
export function integrityOf(path: string): unknown {
  using hand = byHand(path)
  return hand.one('pragma integrity_check').integrity_check
}
