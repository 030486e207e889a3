import type { StatementResult } from './executor.js'
import { type SqliteStatement, storeFailure } from '@baton/store-kysely'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { SqliteConnection } from './sqlite-connection.js'

/** What can be relied on here, and what Kysely need not see to. */
class ConnectionAdapter extends SqliteAdapter {
  /** There is one, and it is waited for here: each is woken once, when it is his turn. */
  override get supportsMultipleConnections(): boolean {
    return true
  }

  /** SQLite undoes the changes of tables too, so that a migration is done as a whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class Session implements DatabaseConnection {
  readonly #run: (statement: SqliteStatement) => Promise<StatementResult>
  readonly release: () => void

  constructor(run: (statement: SqliteStatement) => Promise<StatementResult>, release: () => void) {
    this.#run = run
    this.release = release
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes, lastId } = await this.#run({ sql, values: parameters as SqliteStatement['values'] })
    return { rows: rows as unknown as Row[], numAffectedRows: BigInt(changes), insertId: BigInt(lastId) }
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw storeFailure('store.refused', { doing: 'stream rows', because: 'they are read page by page' })
  }
}

/** Kysely over a connection that never blocks. */
export class SqliteConnectionDialect implements Dialect {
  readonly #connection: SqliteConnection

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  createAdapter = () => new ConnectionAdapter()
  createIntrospector: Dialect['createIntrospector'] = (db) => new SqliteIntrospector(db)
  createQueryCompiler = () => new SqliteQueryCompiler()

  createDriver(): Driver {
    const connection = this.#connection
    const send = (sql: string) => (session: DatabaseConnection) => session.executeQuery<never>(CompiledQuery.raw(sql))
    return {
      init: async () => {},
      acquireConnection: async () => {
        const { run, release } = await connection.exclusive()
        return new Session(run, release)
      },
      // Not when the first statement writes: what was read before then might not be true any more.
      beginTransaction: async (session) => void (await send('begin immediate')(session)),
      commitTransaction: async (session) => void (await send('commit')(session)),
      rollbackTransaction: async (session) => void (await send('rollback')(session)),
      releaseConnection: async (session) => (session as Session).release(),
      destroy: () => connection.close(),
    }
  }
}
