import { checkNumberCursor, type Head, type RunQuery } from '../../ports/index.js'
import type { RunEntry } from './run-entry.js'
import type { RunIndex } from './run-index.js'

/** One in so many is rare. */
const rare = 50

/** One page of the heads that pass a checked query, newest first. */
export function listRuns(
  index: RunIndex,
  query: RunQuery,
  now: number,
): { readonly heads: readonly Head[]; readonly next?: string | undefined } {
  checkNumberCursor(query.after)
  const heads: Head[] = []
  let last = ''
  for (const run of candidates(index, query, now)) {
    if (run.createdAt < (query.createdFrom ?? 0)) break
    if (!passes(run, query)) continue
    if (heads.length === query.limit) return { heads, next: last }
    heads.push(query.brief === true ? brief(run.head()) : run.head())
    last = run.ref
  }
  return { heads }
}

function brief({ input: _input, output: _output, failure: _failure, ...head }: Head): Head {
  return head
}

/** Runs newest first, from the cursor on: few that do not pass, where an index can tell. */
function candidates(index: RunIndex, query: RunQuery, now: number): Iterable<RunEntry> {
  const number = query.after === undefined ? Number.POSITIVE_INFINITY : Number(query.after)
  const time = query.createdBefore ?? Number.POSITIVE_INFINITY
  const few = query.due === true ? dueRuns(index, now) : (runsOf(index, query) ?? rareRuns(index, query))
  if (few === undefined) return index.narrowest(query)?.before(number, time) ?? []
  return few
    .filter((run) => run.number < number && run.createdAt < time)
    .sort((one, other) => other.number - one.number)
}

function dueRuns(index: RunIndex, now: number): RunEntry[] {
  const runs: RunEntry[] = []
  for (const chain of index.runners.lapsed(now)) for (const run of chain) runs.push(run)
  for (const waiting of index.allWaiting()) for (const run of waiting.at(now)) runs.push(run)
  return runs
}

function runsOf(index: RunIndex, { runner }: RunQuery): RunEntry[] | undefined {
  return runner === undefined ? undefined : [...index.runners.heldBy(runner)]
}

/** All runs of the statuses, where they are so few among the others that to look for them would take longer. */
function rareRuns(index: RunIndex, { statuses, tenant, session, parent }: RunQuery): RunEntry[] | undefined {
  if (statuses === undefined || session !== undefined || parent !== undefined) return undefined
  const chains = index.chainsOf(statuses)
  const count = chains.reduce((sum, { size }) => sum + size, 0)
  const log = index.narrowest({ tenant })
  return log === undefined || count * rare > log.size ? undefined : chains.flatMap((chain) => [...chain])
}

function passes(run: RunEntry, query: RunQuery): boolean {
  return (
    (query.tenant === undefined || run.tenant === query.tenant) &&
    (query.workflow === undefined || run.workflow === query.workflow) &&
    (query.session === undefined || run.session === query.session) &&
    (query.parent === undefined || run.parent === query.parent) &&
    (query.runner === undefined || (run.status === 'running' && run.runner === query.runner)) &&
    (query.statuses === undefined || query.statuses.includes(run.status))
  )
}
