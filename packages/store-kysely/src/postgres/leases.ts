import type { Lease } from '@baton/core/ports'
import { CompiledQuery } from 'kysely'
import type { Database, LeaseEngine } from '../engine.js'
import { interval, unnested } from './columns.js'

/** Leases in PostgreSQL, by its clock. */
export class PostgresLeases implements LeaseEngine {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async acquire(key: string, owner: string, leaseMs: number): Promise<number | undefined> {
    const { leases, tokens } = this.#database.names
    const [row] = await this.#query<{ token: number }>(
      `insert into ${leases} as l (key, owner, token, lease_until)
       values ($1, $2, nextval('${tokens}'), clock_timestamp() + ${interval('$3::float8')})
       on conflict (key) do update set owner = excluded.owner, token = excluded.token, lease_until = excluded.lease_until
       where l.lease_until <= clock_timestamp() returning token::float8 as token`,
      [key, owner, leaseMs],
    )
    return row?.token
  }

  async extend(leases: readonly Lease[], leaseMs: number): Promise<readonly boolean[]> {
    const rows = await this.#query<{ key: string; owner: string; token: number }>(
      `with ${this.#held('for no key update')}
       update ${this.#database.names.leases} l set lease_until = clock_timestamp() + ${interval('$4::float8')}
       from held h where l.key = h.key returning l.key, l.owner, l.token::float8 as token`,
      [...columnsOf(leases), leaseMs],
    )
    const extended = new Map(rows.map((row) => [row.key, row]))
    return leases.map(({ key, owner, token }) => {
      const row = extended.get(key)
      return row?.owner === owner && row.token === token
    })
  }

  async release(leases: readonly Lease[]): Promise<void> {
    await this.#query(
      `with ${this.#held('for update')} delete from ${this.#database.names.leases} l using held h where l.key = h.key`,
      columnsOf(leases),
    )
  }

  async read(key: string): Promise<(Lease & { readonly remainingMs: number }) | undefined> {
    const [row] = await this.#query<{ owner: string; token: number; left: number }>(
      `select owner, token::float8 as token, ceil(extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as left
       from ${this.#database.names.leases} where key = $1 and lease_until > clock_timestamp()`,
      [key],
    )
    return row && { key, owner: row.owner, token: row.token, remainingMs: row.left }
  }

  /** Those of the leases that are alive, locked in one order, so that no two who have some in common wait in a circle. */
  #held(lock: string): string {
    return `held as materialized (
      select l.key from ${this.#database.names.leases} l
      where (l.key, l.owner, l.token) in (select * from ${unnested(1, ['text', 'text', 'bigint'])})
        and l.lease_until > clock_timestamp()
      order by l.key ${lock})`
  }

  async #query<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#database.db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows
  }
}

function columnsOf(leases: readonly Lease[]): [string[], string[], number[]] {
  return [leases.map(({ key }) => key), leases.map(({ owner }) => owner), leases.map(({ token }) => token)]
}
