import { DatabaseSync } from 'node:sqlite'
import type { PgClient, PgPool } from '@baton/adapters-postgres'
import type { SqliteDatabase } from '@baton/adapters-sqlite'
import { Pool } from 'pg'
import type { KillSwitch } from './kill-switch.ts'

/** A connection to a file, whose every statement is a moment to be killed at. */
export function killingDatabase(file: string, switches: KillSwitch): SqliteDatabase {
  const db = new DatabaseSync(file, { timeout: 0 })
  let earlier: string[] = []
  const around = <Answer>(sql: string, work: () => Answer): Answer => {
    if (sql.startsWith('begin')) earlier = []
    switches.reached({ at: 'statement', when: 'before', sql, earlier })
    const answer = work()
    switches.reached({ at: 'statement', when: 'after', sql, earlier })
    earlier.push(sql)
    return answer
  }
  return {
    prepare(sql) {
      const statement = db.prepare(sql)
      return {
        all: (...values) => around(sql, () => statement.all(...values)),
        run: (...values) => around(sql, () => statement.run(...values)),
        columns: () => statement.columns(),
      }
    },
    exec: (sql) => around(sql, () => db.exec(sql)),
    close: () => db.close(),
  }
}

type Query = (...given: never[]) => Promise<{ readonly rows: unknown[] }>

/** A pool, whose every statement is a moment to be killed at. */
export function killingPool(url: string, switches: KillSwitch): PgPool {
  const pool = new Pool({ connectionString: url, max: 5 })
  pool.on('error', () => {})
  const around = (query: Query): Query => {
    let earlier: string[] = []
    return async (...given) => {
      const [first] = given as readonly unknown[]
      const sql = typeof first === 'string' ? first : (first as { readonly text: string }).text
      if (sql.startsWith('begin')) earlier = []
      switches.reached({ at: 'statement', when: 'before', sql, earlier })
      const answer = query(...given)
      if (switches.meets({ at: 'statement', when: 'sent', sql, earlier })) {
        // It is written to the socket by then; its answer nobody hears.
        setImmediate(() => switches.strike())
        return new Promise(() => {})
      }
      const answered = await answer
      switches.reached({ at: 'statement', when: 'after', sql, earlier })
      earlier.push(sql)
      return answered
    }
  }
  return {
    options: pool.options,
    query: around(pool.query.bind(pool) as unknown as Query) as unknown as PgPool['query'],
    end: () => pool.end(),
    async connect() {
      const client = (await pool.connect()) as unknown as PgClient
      const query = around(client.query.bind(client) as unknown as Query)
      return new Proxy(client, {
        get(target, name) {
          if (name === 'query') return query
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
    },
  }
}
