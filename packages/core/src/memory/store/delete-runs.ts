import { type Deletion, type EndedStatus, endedStatuses } from '../../ports/index.js'
import type { RunEntry } from './run-entry.js'
import type { RunIndex } from './run-index.js'

/** Does a checked deletion and tells how many runs it removed. */
export function deleteRuns(index: RunIndex, deletion: Deletion, now: number): number {
  if ('run' in deletion) {
    const run = index.find(deletion.run)
    if (run !== undefined) index.remove(run)
    return run === undefined ? 0 : 1
  }
  const old: RunEntry[] = []
  for (const run of endedFirst(index, deletion.statuses)) {
    if (old.length === deletion.limit || endOf(run) > now - deletion.endedForMs) break
    if (!index.isParent(run)) old.push(run)
  }
  for (const run of old) index.remove(run)
  return old.length
}

/** Removes those that ended first, until there are no more ended runs than this, nor records of them. */
export function forgetEnded(index: RunIndex, most: number, mostRecords = Number.POSITIVE_INFINITY): void {
  if (most === Number.POSITIVE_INFINITY) return
  let ended = 0
  for (const status of endedStatuses) ended += index.endedAs(status).size
  if (ended <= most && index.endedRecords <= mostRecords) return
  for (const run of endedFirst(index, endedStatuses)) {
    // What comes next was taken down before: the run may leave.
    index.remove(run)
    if (--ended <= most && index.endedRecords <= mostRecords) return
  }
}

/** The runs that ended in one of the statuses, oldest end first: each status has them in that order. */
function* endedFirst(index: RunIndex, statuses: readonly EndedStatus[]): Generator<RunEntry> {
  const next = [...new Set(statuses)].map((status) => index.endedAs(status).first)
  for (;;) {
    const oldest = next.reduce((one, other) => (endOf(other) < endOf(one) ? other : one), undefined)
    if (oldest === undefined) return
    next[next.indexOf(oldest)] = oldest.following
    yield oldest
  }
}

function endOf(run: RunEntry | undefined): number {
  return run?.endedAt ?? Number.POSITIVE_INFINITY
}
