import { type EndedStatus, endedStatuses, type StateStore } from '../../ports/index.js'
import { checkDuration, checkEndedStatus, checkRun, checkWhole } from './check-request.js'
import type { RunEntry } from './run-entry.js'
import type { RunIndex } from './run-index.js'

/** Which runs to delete. */
export type Deletion = Parameters<StateStore['delete']>[0]

/** The most runs that one call deletes. */
const mostDeleted = 500

/** Throws unless a deletion is one that a store does. */
export function checkDeletion(deletion: Deletion): void {
  if ('run' in deletion) return checkRun(deletion.run)
  checkDuration(deletion.endedForMs, 'endedForMs')
  for (const status of deletion.statuses) checkEndedStatus(status)
  checkWhole(deletion.limit, 'limit', 1, mostDeleted)
}

/** Does a checked deletion and tells how many runs it removed. */
export function deleteRuns(index: RunIndex, deletion: Deletion, now: number): number {
  if ('run' in deletion) {
    const run = index.find(deletion.run)
    if (run !== undefined) index.remove(run)
    return run === undefined ? 0 : 1
  }
  let deleted = 0
  while (deleted < deletion.limit) {
    const run = oldestEnded(index, deletion.statuses)
    if (run?.endedAt === undefined || run.endedAt > now - deletion.endedForMs) break
    index.remove(run)
    deleted++
  }
  return deleted
}

/** Removes those that ended first, until there are no more ended runs than this, nor records of them. */
export function forgetEnded(index: RunIndex, most: number, mostRecords = Number.POSITIVE_INFINITY): void {
  if (most === Number.POSITIVE_INFINITY) return
  let ended = 0
  for (const status of endedStatuses) ended += index.endedAs(status).size
  for (; ended > most || index.endedRecords > mostRecords; ended--) {
    const run = oldestEnded(index, endedStatuses)
    if (run === undefined) return
    index.remove(run)
  }
}

function oldestEnded(index: RunIndex, statuses: readonly EndedStatus[]): RunEntry | undefined {
  let oldest: RunEntry | undefined
  for (const status of statuses) {
    const { first } = index.endedAs(status)
    if (first !== undefined && (oldest === undefined || (first.endedAt ?? 0) < (oldest.endedAt ?? 0))) oldest = first
  }
  return oldest
}
