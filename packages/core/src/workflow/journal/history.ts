import type { Head, RunRecord, RunRef, StateStore, StoreCall } from '../../ports/index.js'

/** What a store holds of a run. */
export interface History {
  readonly head: Head
  /** In the order in which they were stored. */
  readonly records: readonly RunRecord[]
}

const pageSize = 1_000

/** Reads a run, all of it; nothing where there is none. */
export async function readHistory(store: StateStore, run: RunRef, call?: StoreCall): Promise<History | undefined> {
  const records: RunRecord[] = []
  let after: string | undefined
  for (;;) {
    const page = await store.read(run, { limit: pageSize, ...(after !== undefined && { after }) }, call)
    if (page === undefined) return undefined
    records.push(...page.records)
    after = page.next
    if (after !== undefined) continue
    return { head: page.head, records: records.sort((one, other) => one.number - other.number) }
  }
}

/** Reads the signals that a run was sent, the oldest first. */
export async function readSignals(store: StateStore, run: RunRef): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = []
  let after: string | undefined
  do {
    const page = await store.read(run, { limit: pageSize, kind: 'signal', ...(after !== undefined && { after }) })
    records.push(...(page?.records ?? []))
    after = page?.next
  } while (after !== undefined)
  return records.sort((one, other) => one.number - other.number)
}
