import type { ClaimAnswer, ClaimRequest } from '@baton/core/ports'
import { forgottenAfterMs } from '../engine.js'
import { headColumns } from '../head-columns.js'
import { claimedOf, type HeadRow } from '../rows.js'
import type { TableNames } from '../table-names.js'
import { sqliteColumns } from './columns.js'
import type { SqliteHost, SqliteStatement } from './host.js'
import type { Lapses, RunnerRow } from './lapses.js'

const largest = Number.MAX_SAFE_INTEGER

/** Renews the lease of a runner and takes runs, in one transaction. */
export class SqliteClaim {
  readonly #host: SqliteHost
  readonly #names: TableNames
  readonly #lapses: Lapses

  constructor(host: SqliteHost, names: TableNames, lapses: Lapses) {
    this.#host = host
    this.#names = names
    this.#lapses = lapses
  }

  async claim(request: ClaimRequest, now: number): Promise<ClaimAnswer> {
    const { runner, workflows, take = [], limit, retire = false } = request
    const all = await this.#runners()
    const lapsed = this.#lapses.of(all, request, now)
    const wanted = JSON.stringify(workflows.map(({ workflow, version }) => [workflow, version]))
    const claims: SqliteStatement[] = []
    if (take.length > 0) {
      claims.push(this.#take(runner.name, JSON.stringify(take.map(({ tenant, id }) => [tenant, id])), wanted))
    }
    if (limit > 0 && workflows.length > 0) {
      const watched = JSON.stringify(all.map(({ name, lease_until }) => [name, lease_until]))
      const gone = JSON.stringify(lapsed.map(({ name }) => name))
      claims.push(this.#find(runner.name, { wanted, watched, gone, now, limit }))
    }
    const before = [this.#beat(request, now), ...(retire ? this.#retire(lapsed, now) : [])]
    const [result] = await this.#host.transaction([{ work: [...before, ...claims, this.#told(runner.name)] }])
    const answers = (result?.work ?? []).slice(before.length).map(({ rows }) => rows)
    const told = answers.pop() ?? []
    return {
      runs: answers.flatMap((rows) => (rows as readonly unknown[] as readonly HeadRow[]).map(claimedOf)),
      nudged: told.map(({ tenant, id, nudge }) => ({ tenant: String(tenant), id: String(id), nudge: Number(nudge) })),
      now,
    }
  }

  async #runners(): Promise<readonly RunnerRow[]> {
    const { runners } = this.#names
    const numbers = ['pid', 'lease_until', 'lease_ms'].map((name) => `${sqliteColumns.number(name)} as ${name}`)
    const sql = `select name, host, instance, ${numbers.join(', ')} from ${runners}`
    return (await this.#host.query({ sql, values: [] })) as unknown as readonly RunnerRow[]
  }

  #beat({ runner: { name, host, pid, instance }, leaseMs }: ClaimRequest, now: number): SqliteStatement {
    return {
      sql: `insert into ${this.#names.runners} (name, host, pid, instance, lease_until, lease_ms) values (?, ?, ?, ?, ?, ?)
        on conflict (name) do update set host = excluded.host, pid = excluded.pid, instance = excluded.instance,
          lease_until = excluded.lease_until, lease_ms = excluded.lease_ms`,
      values: [name, host ?? null, pid ?? null, instance ?? null, now + leaseMs, leaseMs],
    }
  }

  /** Who has no row has no lease. By the judgement and not by the clock, which may be ahead of that of one who lives. */
  #retire(lapsed: readonly RunnerRow[], now: number): SqliteStatement[] {
    const { runners, leases } = this.#names
    return [
      ...lapsed.flatMap(({ name, lease_until }) => [
        { sql: `delete from ${runners} where name = ? and lease_until = ?`, values: [name, lease_until] },
        { sql: `delete from ${leases} where owner = ?`, values: [name] },
      ]),
      { sql: `delete from ${leases} where lease_until < ?`, values: [now - forgottenAfterMs] },
    ]
  }

  /** Which runs were told something since their runner took them. */
  #told(runner: string): SqliteStatement {
    return {
      sql: `select tenant, id, ${sqliteColumns.number('nudge')} as nudge from ${this.#names.states}
        where status = 'running' and runner = ? and nudge > heard`,
      values: [runner],
    }
  }

  #take(runner: string, named: string, wanted: string): SqliteStatement {
    return {
      sql: `${this.#held} where (tenant, id) in (select value ->> 0, value ->> 1 from json_each(?2))
        and status in ${open} and ${isWanted('?3')} and ${isSound} ${this.#returning}`,
      values: [runner, named, wanted],
    }
  }

  #find(
    runner: string,
    {
      wanted,
      watched,
      gone,
      now,
      limit,
    }: { wanted: string; watched: string; gone: string; now: number; limit: number },
  ): SqliteStatement {
    const { states, runners } = this.#names
    // A runner that was not there when lapses were judged, or has been heard of since, has not lapsed.
    return {
      sql: `with recursive ${holders(this.#names)}, lapsed_runners as (
          select h.runner from holders h left join ${runners} r on r.name = h.runner
          where h.runner is not null and h.runner <> ?1 and (r.name is null or (h.runner in (select value from json_each(?4))
            and r.lease_until in (select value ->> 1 from json_each(?3) where value ->> 0 = h.runner)))),
        lapsed as (select no from ${states} where status = 'running' and runner in (select runner from lapsed_runners) and ${isWanted('?2')} and ${isSound} limit ?6),
        due as (select no from ${states} where wake_at <= ?5 and status in ('pending', 'suspended') and ${isWanted('?2')} and ${isSound} order by wake_at limit ?6)
        ${this.#held} where no in (select no from (select no from lapsed union all select no from due) limit ?6) ${this.#returning}`,
      values: [runner, wanted, watched, gone, now, limit],
    }
  }

  get #held(): string {
    return `update ${this.#names.states} set runner = ?1, token = token + 1, status = 'running', wake_at = null, heard = nudge,
      takeovers = takeovers + (status = 'running')`
  }

  get #returning(): string {
    return `returning ${headColumns(sqliteColumns, this.#names.states)}`
  }
}

/** The names of those who hold running runs; found by their names, of which there are few, not by their runs. */
export function holders({ states }: TableNames): string {
  return `holders(runner) as (
    select min(runner) from ${states} where status = 'running'
    union all
    select (select min(s.runner) from ${states} s where s.status = 'running' and s.runner > h.runner)
    from holders h where h.runner is not null)`
}

/** Of which status a run may be taken. */
const open = "('running', 'pending', 'suspended', 'needs-attention')"

/**
 * Whether a head can be read once it is taken. One that somebody has damaged is passed over, so that it neither fails the
 * claim of its neighbours nor stands before them: whoever reads it is told.
 */
const isSound = [
  ...['shape', 'version', 'token', 'takeovers', 'nudge', 'created_at'].map(
    (name) => `${name} between ${-largest} and ${largest - 1} and typeof(${name}) = 'integer'`,
  ),
  ...['session_id', 'parent', 'input', 'output', 'failure'].map((name) => `typeof(${name}) in ('text', 'null')`),
  'ended_at is null',
].join(' and ')

function isWanted(workflows: string): string {
  return `(workflow, version) in (select value ->> 0, value ->> 1 from json_each(${workflows}))`
}
