import { type Head, identifier, journalFailure, type RecordPage, type RunRef, type StateStore } from '@baton/core/ports'
import { sql } from 'kysely'
import type { Database, Words } from './engine.js'
import { headColumns, recordColumns } from './head-columns.js'
import { type HeadRow, headOf, type RecordRow, recordOf } from './rows.js'

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

/** A run's head with one page of its records, in the order of their keys. */
export async function readRecords(
  database: Database,
  words: Words,
  run: RunRef,
  { after, limit, kind }: RecordPage,
): ReturnType<StateStore['read']> {
  const last = after === undefined ? undefined : keyOf(after)
  const row = await headRow(database, words, run)
  if (row === undefined) return undefined
  const { db, names } = database
  let query = db
    .selectFrom(`${names.results} as r`)
    .select(sql.raw<RecordRow>(recordColumns(words)) as never)
    // Its own number, not its name: a run of that name may be another one by now.
    .where('r.run', '=', row.ref)
    .orderBy('r.key')
    .limit(limit + 1)
  if (last !== undefined) query = query.where('r.key', '>', last)
  if (kind !== undefined) query = query.where('r.kind', '=', kind)
  const rows = (await query.execute()) as unknown as RecordRow[]
  const records = rows.slice(0, limit).map(recordOf)
  const head = headOf(row)
  return rows.length > limit ? { head, records, next: `${cursorMark}${records.at(-1)?.key}` } : { head, records }
}

async function headRow({ db, names }: Database, words: Words, { tenant, id }: RunRef): Promise<HeadRow | undefined> {
  const row = await db
    .selectFrom(`${names.states} as s`)
    .select(sql.raw<HeadRow>(headColumns(words)) as never)
    .where('s.tenant', '=', tenant)
    .where('s.id', '=', id)
    .executeTakeFirst()
  return row as HeadRow | undefined
}

function keyOf(after: string): string {
  if (!after.startsWith(cursorMark)) {
    const allowed = 'the `next` of the page before'
    throw journalFailure('journal.invalid_request', { what: 'cursor', received: after, allowed })
  }
  return identifier(after.slice(cursorMark.length), 'cursor')
}
