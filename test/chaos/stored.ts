import type { Place } from './places.ts'

/** A run as the database has it. */
export interface StoredRun {
  readonly status: string
  /** Its records by their keys, each as text: kind and body. */
  readonly records: ReadonlyMap<string, string>
}

interface Joined {
  readonly id: string
  readonly status: string
  readonly key: string | null
  readonly kind: string
  readonly body: string | null
}

const joined = `select s.id, s.status, r.key, r.kind, r.body from orchestrator_workflow_states s
  left join orchestrator_agent_results r on r.run = s.no`
const orphans = `select count(*) as count from orchestrator_agent_results
  where run not in (select no from orchestrator_workflow_states)`

/** All runs that the database has, read past the product; none where there are no tables yet. */
export async function storedRuns(place: Place): Promise<ReadonlyMap<string, StoredRun>> {
  const runs = new Map<string, { readonly status: string; readonly records: Map<string, string> }>()
  for (const { id, status, key, kind, body } of (await rowsOf(place, joined)) as readonly Joined[]) {
    const run = runs.get(id) ?? { status, records: new Map<string, string>() }
    runs.set(id, run)
    if (key !== null) run.records.set(key, `${kind} ${body}`)
  }
  return runs
}

/** How many records there are of runs that are not. */
export async function orphanedRecords(place: Place): Promise<number> {
  const [row] = await place.rows(orphans)
  return Number(row?.count)
}

async function rowsOf(place: Place, sql: string): Promise<readonly object[]> {
  try {
    return await place.rows(sql)
  } catch (error) {
    if (/no such table|does not exist/.test(String(error))) return []
    throw error
  }
}
