import type { ReadRow, Wanted } from '../engine.js'
import { headColumns, noHead, noRecord, recordColumns } from '../head-columns.js'
import type { TableNames } from '../table-names.js'
import { sqliteColumns } from './columns.js'
import type { SqliteHost } from './host.js'

/** Reads runs, each in a statement of its own: its head, then its records. */
export function readRuns(
  host: SqliteHost,
  names: TableNames,
  wanted: readonly Wanted[],
): Promise<readonly (readonly ReadRow[])[]> {
  const sql = readSql(names)
  return Promise.all(
    wanted.map(async ({ tenant, id, after, kind, most }) => {
      const rows: readonly unknown[] = await host.query({ sql, values: [tenant, id, after, kind, most] })
      return rows as readonly ReadRow[]
    }),
  )
}

function readSql({ states, results }: TableNames): string {
  return `
with found as (select no from ${states} where tenant = ?1 and id = ?2)
select 0 as place, ${headColumns(sqliteColumns)}, ${noRecord} from ${states} s where s.no = (select no from found)
union all
select 1 as place, ${noHead}, page.* from (
  select ${recordColumns(sqliteColumns)} from ${results} r
  where r.run = (select no from found) and r.key > ?3 and (?4 is null or r.kind = ?4)
  order by r.key limit ?5) page
order by place, key`
}
