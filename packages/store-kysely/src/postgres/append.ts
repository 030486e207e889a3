import type { Hold, Write } from '@baton/core/ports'
import { type Answer, refused } from '../engine.js'
import { isDuplicate } from '../failure-of.js'
import type { TableNames } from '../table-names.js'
import { interval, unnested } from './columns.js'
import type { NamedStatement, PostgresLane } from './lane.js'
import { Batch } from './batch.js'

type Create = Write & { readonly kind: 'create' }
type Held = Write & { readonly kind: 'held' }

interface Opened {
  readonly slot: number
  readonly ref: string
  readonly token: number
  readonly nudge: number
  readonly status: string
  readonly fresh: number | null
}

/** Stores what runs begin with and what their holders record: any number of runs in one statement, each as a whole or not at all. */
export class PostgresAppend {
  readonly #lane: PostgresLane
  readonly #first: NamedStatement
  readonly #again: NamedStatement

  constructor(lane: PostgresLane, names: TableNames) {
    this.#lane = lane
    this.#first = { name: `${names.prefix}append`, text: appendSql(names, false) }
    this.#again = { name: `${names.prefix}append_again`, text: appendSql(names, true) }
  }

  async append(writes: readonly (Create | Held)[]): Promise<readonly Answer[]> {
    const batch = new Batch(writes)
    const isRetry = writes.some((write) => write.kind === 'held' && write.retry === true)
    const rows = isRetry ? await this.#send(this.#again, batch) : await this.#sendFirst(batch)
    const answers: Answer[] = writes.map(() => refused)
    for (const row of rows)
      answers[row.slot] = answerTo(writes[row.slot] as Create | Held, row, batch.records[row.slot] ?? 0)
    return answers
  }

  /** Conflicts are rare: a name that a caller has chosen twice, a key that is recorded twice, an answer that was lost. */
  async #sendFirst(batch: Batch): Promise<readonly Opened[]> {
    try {
      return await this.#send(this.#first, batch)
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return this.#send(this.#again, batch)
    }
  }

  #send(statement: NamedStatement, batch: Batch): Promise<readonly Opened[]> {
    return this.#lane.query<Opened>(statement, batch.values)
  }
}

function answerTo(write: Create | Held, row: Opened, sent: number): Answer {
  const { ref, token, nudge } = row
  const fresh = row.fresh ?? sent
  if (write.move !== undefined || row.status !== 'running') return { accepted: true, hold: undefined, nudge, fresh }
  const hold: Hold =
    write.kind === 'held' ? { ...write.hold } : { run: { ...write.run }, ref, token, runner: write.runner }
  return { accepted: true, hold, nudge, fresh }
}

/**
 * The statement: creates what is new, numbered in the order of the call but stored in that of the names, so that two callers of
 * the same names do not wait for each other in a circle; locks what is held under its token, or moves it; and records only what
 * one of these has let in. The lock is what fences: without it a former holder's records could be stored after its successor
 * has read the journal. To look for conflicts is logged for each row: it is left to the form that is sent again.
 */
function appendSql({ states, results }: TableNames, isAgain: boolean): string {
  const due = `case when m.wake_ms is null then null else clock_timestamp() + ${interval('m.wake_ms')} end`
  return `
with creates as (
  select * from ${unnested(1, ['int', 'text', 'text', 'text', 'int', 'bigint', 'text', 'text', 'text', 'text', 'text', 'bigint', 'text', 'text', 'bigint', 'bool'])}
    c(slot, tenant, id, workflow, version, shape, session_id, parent, input, runner, status, token, output, failure, wake_ms, has_ended)
), numbered as materialized (
  select nextval('${states}_no_seq') as no, c.* from (select * from creates order by slot) c
), created as (
  insert into ${states} (no, tenant, id, workflow, version, shape, session_id, parent, input, runner, status, token, output, failure, wake_at, ended_at)
  select no, tenant, id, workflow, version, shape, session_id, parent, input, runner, status, token, output, failure,
    clock_timestamp() + ${interval('wake_ms')}, case when has_ended then clock_timestamp() end
  from numbered order by tenant, id
  ${isAgain ? 'on conflict (tenant, id) do nothing' : ''} returning no, token, nudge, status, tenant, id
), held as (
  select s.no, s.token, s.nudge, s.status, f.slot
  from ${unnested(17, ['int', 'bigint', 'bigint'])} f(slot, no, token)
  join ${states} s on s.no = f.no and s.token = f.token
  order by s.no for no key update of s
), moved as (
  update ${states} s set status = m.status, token = s.token + 1, output = m.output, failure = m.failure,
    wake_at = case when not m.waits then null when s.nudge > m.seen then clock_timestamp() else ${due} end,
    takeovers = case when m.status = 'suspended' then 0 else s.takeovers end,
    ended_at = case when m.has_ended then clock_timestamp() end
  from (
    select * from ${unnested(20, ['int', 'bigint', 'bigint', 'text', 'text', 'text', 'bigint', 'bigint', 'bool', 'bool'])}
      m(slot, no, token, status, output, failure, wake_ms, seen, waits, has_ended) order by no
  ) m where s.no = m.no and s.token = m.token returning s.no, s.token, s.nudge, s.status, m.slot
), opened as (
  select n.slot, c.no, c.token, c.nudge, c.status from created c join creates n using (tenant, id)
  union all select slot, no, token, nudge, status from held
  union all select slot, no, token, nudge, status from moved
), recorded as (
  insert into ${results} (run, at, key, kind, agent, attempt, took_ms, body)
  select o.no, clock_timestamp(), r.key, r.kind, r.agent, r.attempt, r.took_ms, r.body
  from ${unnested(30, ['int', 'text', 'text', 'text', 'int', 'bigint', 'text'])} with ordinality
    r(slot, key, kind, agent, attempt, took_ms, body, place) join opened o using (slot)
  order by r.place
  ${isAgain ? 'on conflict (run, key) do nothing' : ''} returning run
)
select o.slot, o.no::text as ref, o.token::float8 as token, o.nudge, o.status,
  ${isAgain ? 'coalesce(f.fresh, 0)::float8' : 'null::float8'} as fresh
from opened o${isAgain ? ' left join (select run, count(*) as fresh from recorded group by run) f on f.run = o.no' : ''}`
}
