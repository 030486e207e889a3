import type { ClaimAnswer, ClaimRequest, Deletion, Write } from '@baton/core/ports'
import { sql } from 'kysely'
import type { Answer, ReadRow, StateEngine, Wanted, Words } from '../engine.js'
import type { TableNames } from '../table-names.js'
import { SqliteAppend } from './append.js'
import { holders, SqliteClaim } from './claim.js'
import { sqliteColumns } from './columns.js'
import type { SqliteHost, SqliteUnit } from './host.js'
import { Lapses, type LapsesDeps } from './lapses.js'
import { readRuns } from './read.js'
import type { SqliteTime } from './time.js'

export interface SqliteEngineDeps extends LapsesDeps {
  readonly host: SqliteHost
  readonly names: TableNames
  readonly time: SqliteTime
}

/** What SQLite does in its own SQL: one writer at a time, so that there are neither locks nor races within a transaction. */
export class SqliteEngine implements StateEngine {
  readonly words: Words
  /** They wait for nobody, and not for each other. */
  readonly mostRead = 1
  readonly #deps: SqliteEngineDeps
  readonly #append: SqliteAppend
  readonly #claim: SqliteClaim

  constructor(deps: SqliteEngineDeps) {
    const { host, names } = deps
    this.#deps = deps
    this.words = sqliteWords(deps)
    this.#append = new SqliteAppend(host, names)
    this.#claim = new SqliteClaim(host, names, new Lapses(deps))
  }

  append(writes: readonly Write[]): Promise<readonly Answer[]> {
    return this.#append.append(writes, this.#deps.time.now())
  }

  claim(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.#claim.claim(request, this.#deps.time.now())
  }

  read(wanted: readonly Wanted[]): Promise<readonly (readonly ReadRow[])[]> {
    const { host, names } = this.#deps
    return readRuns(host, names, wanted)
  }

  async delete(deletion: Deletion): Promise<number> {
    const { host, names, time } = this.#deps
    if ('run' in deletion) {
      const { tenant, id } = deletion.run
      return this.#remove([{ sql: `select no from ${names.states} where tenant = ? and id = ?`, values: [tenant, id] }])
    }
    const numbers = (await host.query(old(names, deletion, time.now()))).map(({ no }) => no ?? null)
    let removed = 0
    // In slices, so that others write in between. What has ended stays so, and a parent stays one: it is asked again.
    for (let from = 0; from < numbers.length; from += slice) {
      const guards = numbers.slice(from, from + slice).map((no) => ({
        sql: `select no from ${names.states} p where no = ? and not ${isParent(names)}`,
        values: [no],
      }))
      removed += await this.#remove(guards)
    }
    return removed
  }

  async #remove(guards: readonly NonNullable<SqliteUnit['guard']>[]): Promise<number> {
    const { host, names } = this.#deps
    const work = [`delete from ${names.results} where run = ?`, `delete from ${names.states} where no = ?`]
    const units = guards.map((guard) => ({ guard, work: work.map((sql) => ({ sql, values: [] })) }))
    return (await host.transaction(units)).filter((result) => result?.guard !== undefined).length
  }
}

/** So many runs are removed at once. */
const slice = 50

function old({ states, ...names }: TableNames, deletion: Exclude<Deletion, { run: unknown }>, now: number) {
  const { endedForMs, statuses, limit } = deletion
  return {
    sql: `select no from ${states} p where ended_at <= ? and status in (select value from json_each(?))
      and not ${isParent({ states, ...names })} order by ended_at limit ?`,
    values: [now - endedForMs, JSON.stringify(statuses), limit],
  }
}

function isParent({ states }: TableNames): string {
  return `exists (select 1 from ${states} c where c.tenant = p.tenant and c.parent = p.id)`
}

function sqliteWords({ names, time }: SqliteEngineDeps): Words {
  return {
    ...sqliteColumns,
    listsByWorkflow: false,
    time: (ms) => sql`${ms}`,
    dueRuns: () => sql`with recursive ${sql.raw(holders(names))}
      select no from ${sql.raw(names.states)} where status = 'running' and runner in (
        select h.runner from holders h left join ${sql.raw(names.runners)} r on r.name = h.runner
        where h.runner is not null and (r.name is null or r.lease_until <= ${time.now()}))
      union all
      select no from ${sql.raw(names.states)} where wake_at <= ${time.now()} and status in ('pending', 'suspended')`,
  }
}
