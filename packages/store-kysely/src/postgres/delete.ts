import type { Deletion } from '@baton/core/ports'
import { CompiledQuery } from 'kysely'
import type { Database } from '../engine.js'
import { interval } from './columns.js'

/** Removes runs with their records: a head first, so that a write which waits for it finds none. */
export async function deleteRuns({ db, names }: Database, deletion: Deletion): Promise<number> {
  const { states, results } = names
  const [gone, values] =
    'run' in deletion
      ? [`select no from ${states} where tenant = $1 and id = $2 for update`, [deletion.run.tenant, deletion.run.id]]
      : [
          `select no from ${states} p where p.status = any($1::text[]) and p.ended_at <= clock_timestamp() - ${interval('$2::float8')}
           and not exists (select 1 from ${states} c where c.tenant = p.tenant and c.parent = p.id)
           order by p.ended_at limit $3 for update skip locked`,
          [deletion.statuses, deletion.endedForMs, deletion.limit],
        ]
  const text = `with gone as materialized (${gone}),
    records as (delete from ${results} r using gone where r.run = gone.no),
    heads as (delete from ${states} s using gone where s.no = gone.no returning 1)
    select count(*)::float8 as count from heads`
  const { rows } = await db.executeQuery<{ count: number }>(CompiledQuery.raw(text, values))
  return rows[0]?.count ?? 0
}
