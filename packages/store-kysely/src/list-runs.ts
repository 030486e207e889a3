import { checkNumberCursor, type Head, type RunQuery, type RunStatus, type StateStore } from '@baton/core/ports'
import { type RawBuilder, sql } from 'kysely'
import type { Database, Words } from './engine.js'
import { briefColumns, headColumns } from './head-columns.js'
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

/** The heads of a page. Their numbers are found first: an index tells them without a look at the runs themselves. */
async function pageOf({ db, names }: Database, words: Words, query: RunQuery): Promise<HeadRow[]> {
  const isOfTenant = query.tenant !== undefined && query.workflow === undefined
  const hasIndex = (query.session ?? query.parent ?? query.runner ?? query.due) !== undefined
  const isNarrow = hasIndex || query.statuses?.every(isRare) === true
  const states = sql.table(names.states)
  const numbers = isOfTenant && !isNarrow && words.listsByWorkflow ? byWorkflow : newest
  const page = sql<HeadRow>`
    with recursive ${numbers(states, words, query)}
    select ${sql.raw(query.brief === true ? briefColumns(words) : headColumns(words))} from page found join ${states} s on s.no = found.no order by s.no desc`
  return (await page.execute(db)).rows
}

/** The numbers of a page, newest first. */
function newest(states: RawBuilder<unknown>, words: Words, query: RunQuery): RawBuilder<unknown> {
  return sql`page as (
    select s.no from ${states} s where ${filters(words, query)} order by s.no desc limit ${query.limit + 1})`
}

/** The same of one tenant, found workflow by workflow: an index has a tenant's runs in that order. */
function byWorkflow(states: RawBuilder<unknown>, words: Words, query: RunQuery): RawBuilder<unknown> {
  const { tenant, limit } = query
  return sql`of_tenant(workflow) as (
      select min(workflow) from ${states} where tenant = ${tenant}
      union all
      select (select min(workflow) from ${states} where tenant = ${tenant} and workflow > w.workflow)
      from of_tenant w where w.workflow is not null),
    page as (
      select f.no from of_tenant w cross join lateral (
        select s.no from ${states} s
        where s.workflow = w.workflow and ${filters(words, query)} order by s.no desc limit ${limit + 1}) f
      where w.workflow is not null order by f.no desc limit ${limit + 1})`
}

function isRare(status: RunStatus): boolean {
  return status !== 'running' && status !== 'succeeded'
}

function isUnderWay(status: RunStatus): boolean {
  return status === 'running' || status === 'pending'
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
  if (session !== undefined && statuses?.every(isUnderWay)) all.push(sql`s.status in ('running', 'pending')`)
  if (createdFrom !== undefined) all.push(sql`s.created_at >= ${words.time(createdFrom)}`)
  if (createdBefore !== undefined) all.push(sql`s.created_at < ${words.time(createdBefore)}`)
  if (due === true) all.push(sql`s.no in (${words.dueRuns()})`)
  if (after !== undefined) all.push(sql`s.no < ${Number(after)}`)
  return sql.join(all, sql` and `)
}
