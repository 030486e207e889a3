import type { ClaimAnswer, ClaimRequest, Nudged, RunRef, WorkflowVersion } from '@baton/core/ports'
import { CompiledQuery, type Kysely } from 'kysely'
import { type Database, forgottenAfterMs, type NamedStatement } from '../engine.js'
import { headColumns } from '../head-columns.js'
import { claimedOf, type HeadRow } from '../rows.js'
import type { TableNames } from '../table-names.js'
import type { PostgresLane } from './lane.js'
import type { Tables } from '../tables.js'
import { interval, postgresColumns, unnested } from './columns.js'

/** Which processes of this host are gone, by their numbers. */
export type IsGone = (pid: number) => boolean

/**
 * Whether a head can be read once it is taken. One that somebody has damaged is passed over, so that it neither fails the
 * claim of its neighbours nor stands before them: whoever reads it is told.
 */
const isSound = `s.shape between -9007199254740991 and 9007199254740991 and s.token < 9007199254740991 and s.takeovers < 2147483647
  and isfinite(s.created_at) and (s.ended_at is null or isfinite(s.ended_at))`

/**
 * Renews the lease of a runner and takes runs: what another is just taking is passed over. The lease is renewed on the
 * connection that is kept for writing: however busy the others are, a process that lives is not taken for dead.
 */
export class PostgresClaim {
  readonly #db: Kysely<Tables>
  readonly #names: TableNames
  readonly #isGone: IsGone
  readonly #lane: PostgresLane
  readonly #beat: NamedStatement
  readonly #signals: NamedStatement

  constructor({ db, names }: Database, lane: PostgresLane, isGone: IsGone) {
    this.#db = db
    this.#names = names
    this.#isGone = isGone
    this.#lane = lane
    this.#beat = { name: `${names.prefix}beat`, text: beatSql(names) }
    this.#signals = { name: `${names.prefix}told`, text: toldSql(names) }
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const { runner, workflows, limit, take = [], retire = false } = request
    await this.#renew(request)
    if (retire) await this.#retire(request)
    const named = take.length === 0 ? [] : await this.#take(runner.name, take, workflows)
    const found = limit === 0 || workflows.length === 0 ? [] : await this.#find(runner.name, workflows, limit)
    const { now, nudged } = await this.#told(runner.name)
    return { runs: [...named, ...found].map(claimedOf), nudged, now }
  }

  async #renew({ runner: { name, host, pid, instance }, leaseMs }: ClaimRequest): Promise<void> {
    await this.#lane.query(this.#beat, [name, host ?? null, pid ?? null, instance ?? null, leaseMs])
  }

  /** Ends the leases of those that this process follows, and sweeps out what is long forgotten. */
  async #retire({ runner: { name, host, instance } }: ClaimRequest): Promise<void> {
    const { runners, leases } = this.#names
    const others = await this.#query<{ name: string; pid: number }>(
      `select name, pid::float8 as pid from ${runners}
       where host = $1 and pid is not null and name <> $2 and lease_until > clock_timestamp()`,
      [host ?? null, name],
    )
    const gone = others.filter(({ pid }) => this.#isGone(pid)).map((other) => other.name)
    // Many may start at once: all take the rows in one order, and nobody waits for what another one is removing.
    const followed = await this.#query<{ name: string }>(
      `with followed as materialized (
         select name from ${runners} where ((instance = $1 and name <> $2) or name = any($3::text[])) and lease_until > clock_timestamp()
         order by name for no key update)
       update ${runners} r set lease_until = clock_timestamp() from followed f where r.name = f.name returning r.name`,
      [instance ?? null, name, gone],
    )
    await this.#query(
      `with owned as materialized (select key from ${leases} where owner = any($1::text[]) for update skip locked)
       delete from ${leases} l using owned o where l.key = o.key`,
      [followed.map((runner) => runner.name)],
    )
    for (const [table, key] of [
      [runners, 'name'],
      [leases, 'key'],
    ]) {
      await this.#query(
        `with forgotten as materialized (
           select ${key} from ${table} where lease_until < clock_timestamp() - ${interval(String(forgottenAfterMs))}
           for update skip locked)
         delete from ${table} t using forgotten f where t.${key} = f.${key}`,
        [],
      )
    }
  }

  /**
   * Runs by their names, whoever holds them. To take a run that is being written to waits for that one statement; nobody
   * waits who has locked another run, or two could wait for each other.
   */
  async #take(
    runner: string,
    refs: readonly RunRef[],
    workflows: readonly WorkflowVersion[],
  ): Promise<readonly HeadRow[]> {
    if (refs.length === 1) return this.#takeThese(runner, refs, workflows, '')
    const taken = [...(await this.#takeThese(runner, refs, workflows, 'skip locked'))]
    const isTaken = (ref: RunRef) => taken.some(({ tenant, id }) => tenant === ref.tenant && id === ref.id)
    for (const ref of refs) if (!isTaken(ref)) taken.push(...(await this.#takeThese(runner, [ref], workflows, '')))
    return taken
  }

  #takeThese(
    runner: string,
    refs: readonly RunRef[],
    workflows: readonly WorkflowVersion[],
    orPass: '' | 'skip locked',
  ): Promise<readonly HeadRow[]> {
    const { states } = this.#names
    return this.#query<HeadRow>(
      `with chosen as (
         select s.no from (select distinct * from ${unnested(2, ['text', 'text'])} t(tenant, id)) t
         join ${states} s on s.tenant = t.tenant and s.id = t.id
         where s.status in ('running', 'pending', 'suspended', 'needs-attention') and ${isSound}
           and (s.workflow, s.version) in (select * from ${unnested(4, ['text', 'bigint'])})
         for no key update of s ${orPass})
       ${this.#held('chosen')}`,
      [runner, refs.map(({ tenant }) => tenant), refs.map(({ id }) => id), ...columnsOf(workflows)],
    )
  }

  /** Runs whose runner is gone, and runs that are due: by a time that stands still for a statement, or no index could find them. */
  #find(runner: string, workflows: readonly WorkflowVersion[], limit: number): Promise<readonly HeadRow[]> {
    const { states } = this.#names
    const wanted = `(s.workflow, s.version) in (select * from ${unnested(2, ['text', 'bigint'])}) and ${isSound}`
    return this.#query<HeadRow>(
      `with recursive ${lapsedRunners(this.#names, '$1')}, lapsed as materialized (
         select s.no from ${states} s
         where s.status = 'running' and s.runner = any(array(select runner from silent)) and ${wanted}
         limit $4 for no key update of s skip locked
       ), due as materialized (
         select s.no from ${states} s
         where s.wake_at <= statement_timestamp() and s.status in ('pending', 'suspended') and ${wanted}
         order by s.wake_at limit $4 for no key update of s skip locked
       ), chosen as (select no from lapsed union all select no from due limit $4)
       ${this.#held('chosen')}`,
      [runner, ...columnsOf(workflows), limit],
    )
  }

  #held(chosen: string): string {
    return `update ${this.#names.states} s set runner = $1, token = s.token + 1, status = 'running', wake_at = null,
      heard = s.nudge, takeovers = s.takeovers + case when s.status = 'running' then 1 else 0 end
      from ${chosen} c where s.no = c.no returning ${headColumns(postgresColumns)}`
  }

  /** The time, and which runs were told something since their runner took them. */
  async #told(runner: string): Promise<{ readonly now: number; readonly nudged: readonly Nudged[] }> {
    const rows = await this.#lane.query<{ now: number; tenant: string | null; id: string; nudge: number }>(
      this.#signals,
      [runner],
    )
    const nudged = rows.flatMap(({ tenant, id, nudge }) => (tenant === null ? [] : [{ tenant, id, nudge }]))
    return { now: rows[0]?.now ?? 0, nudged }
  }

  async #query<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows
  }
}

function beatSql({ runners }: TableNames): string {
  return `insert into ${runners} as r (name, host, pid, instance, lease_until)
    values ($1, $2, $3, $4, clock_timestamp() + ${interval('$5::float8')})
    on conflict (name) do update set host = excluded.host, pid = excluded.pid, instance = excluded.instance, lease_until = excluded.lease_until`
}

function toldSql({ states }: TableNames): string {
  return `select ${postgresColumns.millis('clock_timestamp()')} as now, s.tenant, s.id, s.nudge
    from (select 1) one left join ${states} s on s.status = 'running' and s.runner = $1 and s.nudge > s.heard`
}

/** Which holders of running runs have no lease; found by their names, of which there are few, not by their runs. */
export function lapsedRunners({ states, runners }: TableNames, but?: string): string {
  return `holders(runner) as (
    (select runner from ${states} where status = 'running' order by runner limit 1)
    union all
    select (select s.runner from ${states} s where s.status = 'running' and s.runner > h.runner order by s.runner limit 1)
    from holders h where h.runner is not null
  ), silent as (
    select h.runner from holders h where h.runner is not null ${but === undefined ? '' : `and h.runner <> ${but}`}
      and not exists (select 1 from ${runners} r where r.name = h.runner and r.lease_until > clock_timestamp()))`
}

function columnsOf(workflows: readonly WorkflowVersion[]): [string[], number[]] {
  return [workflows.map(({ workflow }) => workflow), workflows.map(({ version }) => version)]
}
