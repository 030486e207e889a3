import type { Write } from '@baton/core/ports'
import { type Answer, type NamedStatement, refused } from '../engine.js'
import type { TableNames } from '../table-names.js'
import type { PostgresLane } from './lane.js'

type Signal = Write & { readonly kind: 'signal' }

/** Stores what runs are told, whoever holds them. */
export class PostgresSignals {
  readonly #lane: PostgresLane
  readonly #statement: NamedStatement

  constructor(lane: PostgresLane, names: TableNames) {
    this.#lane = lane
    this.#statement = { name: `${names.prefix}signal`, text: signalSql(names) }
  }

  /** One after the other: nobody waits for a run who has locked another one, or two could wait for each other. */
  async append(writes: readonly Signal[]): Promise<readonly Answer[]> {
    const answers: Answer[] = []
    for (const write of writes) answers.push(await this.#append(write))
    return answers
  }

  async #append({ run, record }: Signal): Promise<Answer> {
    const { key, agent, attempt, tookMs, body } = record
    const values = [run.tenant, run.id, key, agent ?? null, attempt, tookMs ?? null, body ?? null]
    const [told] = await this.#lane.query<{ nudge: number; fresh: number }>(this.#statement, values)
    return told === undefined ? refused : { accepted: true, hold: undefined, ...told }
  }
}

function signalSql({ states, results }: TableNames): string {
  return `
with opened as (
  select no, nudge from ${states}
  where tenant = $1 and id = $2 and status not in ('succeeded', 'partial', 'failed', 'cancelled') for no key update
), recorded as (
  insert into ${results} (run, at, key, kind, agent, attempt, took_ms, body)
  select no, clock_timestamp(), $3::text, 'signal', $4::text, $5::int, $6::bigint, $7::text from opened
  on conflict (run, key) do nothing returning run
), nudged as (
  update ${states} s set nudge = s.nudge + 1, wake_at = case
    when s.status in ('pending', 'suspended') then least(s.wake_at, clock_timestamp()) else s.wake_at end
  from recorded r where s.no = r.run returning s.no, s.nudge
)
select coalesce(n.nudge, o.nudge) as nudge, case when n.no is null then 0 else 1 end as fresh
from opened o left join nudged n on n.no = o.no`
}
