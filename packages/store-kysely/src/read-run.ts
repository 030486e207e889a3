import { type Head, identifier, journalFailure, type RecordPage, type RunRef, type StateStore } from '@baton/core/ports'
import { sql } from 'kysely'
import type { Database, NamedStatement, StateEngine, Words } from './engine.js'
import { headColumns, noHead, noRecord, recordColumns } from './head-columns.js'
import { type HeadRow, headOf, type RecordRow, recordOf } from './rows.js'
import type { TableNames } from './table-names.js'

/** How a cursor of records begins: what follows is the key of the last one. */
const cursorMark = '='

/** The heads of runs, in their order; nothing where there is none. */
export async function readHeads(
  { db, names }: Database,
  words: Words,
  runs: readonly RunRef[],
): Promise<readonly (Head | undefined)[]> {
  if (runs.length === 0) return []
  const named = sql.join(runs.map(({ tenant, id }) => sql`(${tenant}, ${id})`))
  const { rows } = await sql<HeadRow>`
    select ${sql.raw(headColumns(words))} from ${sql.table(names.states)} as s
    where (s.tenant, s.id) in (values ${named})`.execute(db)
  return runs.map(({ tenant, id }) => {
    const row = rows.find((one) => one.tenant === tenant && one.id === id)
    return row && headOf(row)
  })
}

/** Reads heads with pages of their records, each in one statement: what it tells was so at one moment. */
export class RunReader {
  readonly #engine: StateEngine
  readonly #statement: NamedStatement

  constructor(engine: StateEngine, names: TableNames) {
    this.#engine = engine
    this.#statement = { name: `${names.prefix}read`, text: readSql(engine.words, names) }
  }

  /** A run's head with one page of its records, in the order of their keys. */
  async read({ tenant, id }: RunRef, { after, limit, kind }: RecordPage): ReturnType<StateStore['read']> {
    const last = after === undefined ? '' : keyOf(after)
    const values = [tenant, id, last, kind ?? null, limit + 1]
    const [first, ...rows] = await this.#engine.query<HeadRow & RecordRow>(this.#statement, values)
    if (first === undefined) return undefined
    const records = rows.slice(0, limit).map(recordOf)
    const head = headOf(first)
    return rows.length > limit ? { head, records, next: `${cursorMark}${records.at(-1)?.key}` } : { head, records }
  }
}

/** The head comes first, then each record as a row of its own, with nothing where the other kind of row has something. */
function readSql(words: Words, { states, results }: TableNames): string {
  const [tenant, id, last, kind, limit] = [1, 2, 3, 4, 5].map((place) => words.parameter(place))
  return `
with found as (select no from ${states} where tenant = ${tenant} and id = ${id})
select 0 as place, ${headColumns(words)}, ${noRecord} from ${states} s where s.no = (select no from found)
union all
select 1 as place, ${noHead}, page.* from (
  select ${recordColumns(words)} from ${results} r
  where r.run = (select no from found) and r.key > ${last}
    and (cast(${kind} as text) is null or r.kind = cast(${kind} as text))
  order by r.key limit ${limit}) page
order by place, key`
}

function keyOf(after: string): string {
  if (!after.startsWith(cursorMark)) {
    const allowed = 'the `next` of the page before'
    throw journalFailure('journal.invalid_request', { what: 'cursor', received: after, allowed })
  }
  return identifier(after.slice(cursorMark.length), 'cursor')
}
