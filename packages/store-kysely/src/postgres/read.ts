import { CompiledQuery } from 'kysely'
import type { Database, ReadRow, Wanted } from '../engine.js'
import { headColumns, noHead, noRecord, recordColumns } from '../head-columns.js'
import type { TableNames } from '../table-names.js'
import { postgresColumns, unnested } from './columns.js'

/** Reads runs in one statement: of each its head, then its records. */
export async function readRuns(
  { db, names }: Database,
  wanted: readonly Wanted[],
): Promise<readonly (readonly ReadRow[])[]> {
  const values = [
    wanted.map((_, slot) => slot),
    wanted.map(({ tenant }) => tenant),
    wanted.map(({ id }) => id),
    wanted.map(({ after }) => after),
    wanted.map(({ kind }) => kind),
    wanted.map(({ most }) => most),
  ]
  const { rows } = await db.executeQuery<ReadRow & { readonly slot: number }>(CompiledQuery.raw(readSql(names), values))
  const runs: ReadRow[][] = wanted.map(() => [])
  for (const row of rows) runs[row.slot]?.push(row)
  return runs
}

function readSql({ states, results }: TableNames): string {
  return `
with wanted as (
  select * from ${unnested(1, ['int', 'text', 'text', 'text', 'text', 'bigint'])} w(slot, tenant, id, after, kind, most)
), found as (
  select w.slot, w.after, w.kind, w.most, s.no from wanted w join ${states} s on s.tenant = w.tenant and s.id = w.id
)
select f.slot, 0 as place, ${headColumns(postgresColumns)}, ${noRecord} from found f join ${states} s on s.no = f.no
union all
select f.slot, 1 as place, ${noHead}, page.* from found f cross join lateral (
  select ${recordColumns(postgresColumns)} from ${results} r
  where r.run = f.no and r.key > f.after and (f.kind is null or r.kind = f.kind)
  order by r.key limit f.most) page
order by slot, place, key`
}
