import type { Lease } from '@baton/core/ports'
import type { LeaseEngine } from '../engine.js'
import type { TableNames } from '../table-names.js'
import type { SqliteHost } from './host.js'
import type { SqliteTime } from './time.js'

/** Leases in SQLite, by the time of the host. */
export class SqliteLeases implements LeaseEngine {
  readonly #host: SqliteHost
  readonly #leases: string
  readonly #time: SqliteTime

  constructor({
    host,
    names,
    time,
  }: { readonly host: SqliteHost; readonly names: TableNames; readonly time: SqliteTime }) {
    this.#host = host
    this.#leases = names.leases
    this.#time = time
  }

  async acquire(key: string, owner: string, leaseMs: number): Promise<number | undefined> {
    const now = this.#time.now()
    const [result] = await this.#host.transaction([
      {
        work: [
          { sql: `delete from ${this.#leases} where key = ? and lease_until <= ?`, values: [key, now] },
          {
            // The token is the row's own number, which is never used again.
            sql: `insert into ${this.#leases} (key, owner, lease_until) values (?, ?, ?) on conflict (key) do nothing returning token`,
            values: [key, owner, now + leaseMs],
          },
        ],
      },
    ])
    const token = result?.work[1]?.rows[0]?.token
    return token === undefined ? undefined : Number(token)
  }

  async extend(leases: readonly Lease[], leaseMs: number): Promise<readonly boolean[]> {
    const now = this.#time.now()
    const sql = `update ${this.#leases} set lease_until = ? where key = ? and owner = ? and token = ? and lease_until > ?`
    const work = leases.map(({ key, owner, token }) => ({ sql, values: [now + leaseMs, key, owner, token, now] }))
    const [result] = await this.#host.transaction([{ work }])
    return leases.map((_, index) => result?.work[index]?.changes === 1)
  }

  async release(leases: readonly Lease[]): Promise<void> {
    const now = this.#time.now()
    const sql = `delete from ${this.#leases} where key = ? and owner = ? and token = ? and lease_until > ?`
    await this.#host.transaction([
      { work: leases.map(({ key, owner, token }) => ({ sql, values: [key, owner, token, now] })) },
    ])
  }

  async read(key: string): Promise<(Lease & { readonly remainingMs: number }) | undefined> {
    const now = this.#time.now()
    const sql = `select owner, token, lease_until from ${this.#leases} where key = ? and lease_until > ?`
    const [row] = await this.#host.query({ sql, values: [key, now] })
    return (
      row && { key, owner: String(row.owner), token: Number(row.token), remainingMs: Number(row.lease_until) - now }
    )
  }
}
