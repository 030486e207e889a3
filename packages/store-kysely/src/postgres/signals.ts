import type { Write } from '@baton/core/ports'
import { type Answer, refused } from '../engine.js'
import type { TableNames } from '../table-names.js'
import { unnested } from './columns.js'
import type { NamedStatement, PostgresLane } from './lane.js'

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
    for (const write of writes) answers.push(...(await this.#append([write])))
    return answers
  }

  async #append(writes: readonly Signal[]): Promise<readonly Answer[]> {
    const column = <Value>(of: (write: Signal, slot: number) => Value) => writes.map(of)
    const rows = await this.#lane.query<{ slot: number; nudge: number; fresh: number }>(this.#statement, [
      column((_, slot) => slot),
      column(({ run }) => run.tenant),
      column(({ run }) => run.id),
      column(({ record }) => record.key),
      column(({ record }) => record.agent ?? null),
      column(({ record }) => record.attempt),
      column(({ record }) => record.tookMs ?? null),
      column(({ record }) => record.body ?? null),
    ])
    const answers: Answer[] = writes.map(() => refused)
    for (const { slot, nudge, fresh } of rows) answers[slot] = { accepted: true, hold: undefined, nudge, fresh }
    return answers
  }
}

function signalSql({ states, results }: TableNames): string {
  return `
with told as (
  select * from ${unnested(1, ['int', 'text', 'text', 'text', 'text', 'int', 'bigint', 'text'])}
    t(slot, tenant, id, key, agent, attempt, took_ms, body)
), opened as (
  select s.no, s.nudge, t.slot, t.key, t.agent, t.attempt, t.took_ms, t.body
  from told t join ${states} s on s.tenant = t.tenant and s.id = t.id
  where s.status not in ('succeeded', 'partial', 'failed', 'cancelled')
  order by s.no for no key update of s
), recorded as (
  insert into ${results} (run, at, key, kind, agent, attempt, took_ms, body)
  select no, clock_timestamp(), key, 'signal', agent, attempt, took_ms, body from opened
  on conflict (run, key) do nothing returning run
), nudged as (
  update ${states} s set nudge = s.nudge + 1, wake_at = case
    when s.status in ('pending', 'suspended') then least(s.wake_at, clock_timestamp()) else s.wake_at end
  from recorded r where s.no = r.run returning s.no, s.nudge
)
select o.slot, coalesce(n.nudge, o.nudge) as nudge, case when n.no is null then 0 else 1 end as fresh
from opened o left join nudged n on n.no = o.no`
}
