import { checkNumberCursor, type RecordPage, type RunRecord } from '../../ports/index.js'
import type { RunEntry } from './run-entry.js'

/** One page of a run's records, as copies, in the order of their numbers. */
export function readRecords(
  run: RunEntry,
  { after, limit, kind }: RecordPage,
): { readonly records: readonly RunRecord[]; readonly next?: string | undefined } {
  checkNumberCursor(after)
  const records: RunRecord[] = []
  // Numbers count from 1 without gaps: the number of the last record is the index of the next.
  for (let index = Number(after ?? 0); index < run.records.length; index++) {
    const record = run.records[index]
    if (record === undefined || (kind !== undefined && record.kind !== kind)) continue
    if (records.length === limit) return { records, next: String(records.at(-1)?.number) }
    records.push({ ...record })
  }
  return { records }
}
