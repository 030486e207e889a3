import { checkNumberCursor, type Head, type RunQuery, type RunStatus, type StateStore } from '@baton/core/ports'
import { type RawBuilder, sql } from 'kysely'
import type { Database, Words } from './engine.js'
import { headColumns } from './head-columns.js'
import { type HeadRow, headOf } from './rows.js'

/** One page of the heads that pass all filters, newest first. */
export async function listRuns(database: Database, words: Words, query: RunQuery): ReturnType<StateStore['list']> {
  checkNumberCursor(query.after)
  if (query.statuses?.length === 0) return { heads: [] }
  const rows = await pageOf(database, words, query)
  const page = rows.slice(0, query.limit)
  // What a runner holds it asks for to go on with: one damaged row is not to keep it from the others.
  const heads = query.runner === undefined ? page.map(headOf) : page.flatMap(soundHeads)
  return rows.length > query.limit ? { heads, next: page.at(-1)?.ref } : { heads }
}

function soundHeads(row: HeadRow): readonly Head[] {
  try {
    return [headOf(row)]
  } catch {
    return []
  }
}

async function pageOf({ db, names }: Database, words: Words, query: RunQuery): Promise<HeadRow[]> {
  const isOfTenant = query.tenant !== undefined && query.workflow === undefined
  const isNarrow = (query.session ?? query.parent ?? query.runner ?? query.due) !== undefined
  const page = sql<HeadRow>`
    select ${sql.raw(headColumns(words))} from ${sql.table(names.states)} as s
    where ${filters(words, query)} order by s.no desc limit ${query.limit + 1}`
  if (!isOfTenant || isNarrow || !words.listsByWorkflow) return (await page.execute(db)).rows
  return (await byWorkflow(names.states, words, query).execute(db)).rows
}

/** The same page of one tenant, found workflow by workflow: an index has a tenant's runs in that order. */
function byWorkflow(table: string, words: Words, query: RunQuery): RawBuilder<HeadRow> {
  const states = sql.table(table)
  const { tenant, limit } = query
  return sql<HeadRow>`
    with recursive of_tenant(workflow) as (
      select min(workflow) from ${states} where tenant = ${tenant}
      union all
      select (select min(workflow) from ${states} where tenant = ${tenant} and workflow > w.workflow)
      from of_tenant w where w.workflow is not null)
    select p.* from of_tenant w cross join lateral (
      select ${sql.raw(headColumns(words))}, s.no from ${states} as s
      where s.workflow = w.workflow and ${filters(words, query)} order by s.no desc limit ${limit + 1}) p
    where w.workflow is not null order by p.no desc limit ${limit + 1}`
}

function isRare(status: RunStatus): boolean {
  return status !== 'running' && status !== 'succeeded'
}

/** What a head has to be like, of a table that the statement calls `s`. */
function filters(words: Words, query: RunQuery): RawBuilder<unknown> {
  const { tenant, workflow, statuses, session, parent, runner, createdFrom, createdBefore, due, after } = query
  const all: RawBuilder<unknown>[] = [sql`true`]
  if (tenant !== undefined) all.push(sql`s.tenant = ${tenant}`)
  if (workflow !== undefined) all.push(sql`s.workflow = ${workflow}`)
  if (session !== undefined) all.push(sql`s.session_id = ${session}`)
  if (parent !== undefined) all.push(sql`s.parent = ${parent}`)
  if (runner !== undefined) all.push(sql`s.status = 'running' and s.runner = ${runner}`)
  if (statuses !== undefined) all.push(sql`s.status in (${sql.join(statuses)})`)
  // In the words of the index of these: what does not follow from words alone SQLite does not see.
  if (statuses?.every(isRare)) all.push(sql`s.status not in ('running', 'succeeded')`)
  if (createdFrom !== undefined) all.push(sql`s.created_at >= ${words.time(createdFrom)}`)
  if (createdBefore !== undefined) all.push(sql`s.created_at < ${words.time(createdBefore)}`)
  if (due === true) all.push(sql`s.no in (${words.dueRuns()})`)
  if (after !== undefined) all.push(sql`s.no < ${Number(after)}`)
  return sql.join(all, sql` and `)
}
