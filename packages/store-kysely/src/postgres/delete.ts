import type { Deletion } from '@baton/core/ports'
import { CompiledQuery } from 'kysely'
import type { Database } from '../engine.js'
import { interval } from './columns.js'

/**
 * Removes runs with their records: a head first, so that a write which waits for it finds none. In a statement of its own,
 * because a statement does not see what was stored while it waited.
 */
export function deleteRuns({ db, names }: Database, deletion: Deletion): Promise<number> {
  const { states, results } = names
  const [gone, values] =
    'run' in deletion
      ? [
          `select no::text from ${states} where tenant = $1 and id = $2 for update`,
          [deletion.run.tenant, deletion.run.id],
        ]
      : [
          `select no::text from ${states} p where p.status = any($1::text[]) and p.ended_at <= statement_timestamp() - ${interval('$2::float8')}
           and not exists (select 1 from ${states} c where c.tenant = p.tenant and c.parent = p.id)
           order by p.ended_at limit $3 for update skip locked`,
          [deletion.statuses, deletion.endedForMs, deletion.limit],
        ]
  return db.transaction().execute(async (within) => {
    const { rows } = await within.executeQuery<{ no: string }>(CompiledQuery.raw(gone, values))
    if (rows.length === 0) return 0
    const numbers = [rows.map(({ no }) => no)]
    const text = `with records as (delete from ${results} where run = any($1::bigint[]))
      delete from ${states} where no = any($1::bigint[])`
    await within.executeQuery(CompiledQuery.raw(text, numbers))
    return rows.length
  })
}
